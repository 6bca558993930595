/// @file
/// What the program says to whoever calls it wrongly.
#pragma once

#include "study/settings/setting_error.h"

namespace dpac::cli {

/// An option or value that cannot be meant: of the wrong kind or out of its range, excluded by another
/// option, or acting on nothing. The program ends with exit code 2; `what()` is one sentence that names the
/// option, what was expected and what was found.
class UsageError : public SettingError {
 public:
  using SettingError::SettingError;
};

}  // namespace dpac::cli
