/// @file
/// The one exception type that crosses the library's boundary.
#pragma once

#include <stdexcept>

#include "kernels/api.h"

namespace dpac {

/// Bad input or data. `what()` is one sentence that names the file, dataset or layer, what was expected and
/// what was found. Thrown for the user's mistakes only; our own are assertions.
class DPAC_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace dpac
