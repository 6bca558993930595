/// @file
/// PNG through libpng. Callers want decode_image.h, which chooses the decoder.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "loaders/pixels/image.h"

namespace dpac {

/// Every colour type, bit depth and interlacing, as decode_image() says. No gamma correction.
/// @throws Error
Image decode_png(std::span<const uint8_t> encoded, const std::string& name);

}  // namespace dpac
