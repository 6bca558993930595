/// @file
/// JPEG through libjpeg. Callers want decode_image.h, which chooses the decoder.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "loaders/pixels/image.h"

namespace dpac {

/// Baseline and progressive JPEG of 1 (grey), 3 (RGB or YCbCr) or 4 (CMYK or YCCK) components, as
/// decode_image() says. A file without its end marker counts as cut short, as in Pillow; other damage that
/// libjpeg can conceal is concealed, as in Pillow.
/// @throws Error
Image decode_jpeg(std::span<const uint8_t> encoded, const std::string& name);

}  // namespace dpac
