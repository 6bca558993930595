/// @file
/// Whether a vocabulary knows capital letters.
#pragma once

namespace dpac {

enum class Casing {
  cased,    ///< Text as it is.
  uncased,  ///< Without accents (form D, category Mn dropped), then in lower case.
};

}  // namespace dpac
