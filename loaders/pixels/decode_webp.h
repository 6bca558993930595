/// @file
/// WebP through libwebp. Callers want decode_image.h, which chooses the decoder.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "loaders/pixels/image.h"

namespace dpac {

/// Lossy and lossless WebP, as decode_image() says; always 3 channels. @throws Error, for animations too.
Image decode_webp(std::span<const uint8_t> encoded, const std::string& name);

}  // namespace dpac
