/// @file
/// A try of a search for the smallest energy.
#pragma once

namespace dpac {

/// One energy that was tried.
struct SearchTry {
  double target_energy = 0;   ///< What bisection asked for.
  double energy_per_mac = 0;  ///< What learning came to; the same for uniform energies.
  double accuracy = 0;        ///< As a fraction.
};

}  // namespace dpac
