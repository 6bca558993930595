/// @file
/// How pixels between pixels are found when an image is resized.
#pragma once

#include <string_view>

namespace dpac {

/// Pillow's antialiased filters of these names.
enum class Interpolation {
  bilinear,  ///< A triangle, 1 to either side.
  bicubic,   ///< Keys' cubic with a = -0.5, 2 to either side, negative between 1 and 2.
};

/// "bilinear" or "bicubic".
std::string_view to_string(Interpolation interpolation);

/// The other way round. @throws Error for another name.
Interpolation interpolation_of(std::string_view name);

}  // namespace dpac
