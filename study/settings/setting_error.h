/// @file
/// What a caller is told whose settings cannot be meant.
#pragma once

#include "kernels/api.h"
#include "kernels/error.h"

namespace dpac {

/// A setting that is out of its range, excluded by another one, or acts on nothing. `what()` is one sentence
/// that calls settings by the names of the program's options (`--dot-length`), and says what was expected and
/// what was found.
class DPAC_API SettingError : public Error {
 public:
  using Error::Error;
};

}  // namespace dpac
