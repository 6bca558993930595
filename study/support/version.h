/// @file
/// Which version of the library this is.
#pragma once

#include <string>

namespace dpac {

/// "0.2.0".
std::string version();

}  // namespace dpac
