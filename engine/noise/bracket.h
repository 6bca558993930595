/// @file
/// Between which energies a search looks.
#pragma once

namespace dpac {

/// Energies per MAC.
struct Bracket {
  double low = 0, high = 0;
};

}  // namespace dpac
