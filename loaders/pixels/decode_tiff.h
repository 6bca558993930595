/// @file
/// TIFF through libtiff. Callers want decode_image.h, which chooses the decoder.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "loaders/pixels/image.h"

namespace dpac {

/// The first image of a TIFF of 8-bit grey or RGB, with or without further channels, which are dropped; in
/// strips or tiles, uncompressed or by LZW, Deflate or PackBits. As decode_image() says; white is 0 where the
/// file says so. @throws Error, for every other kind too, saying what it is.
Image decode_tiff(std::span<const uint8_t> encoded, const std::string& name);

}  // namespace dpac
