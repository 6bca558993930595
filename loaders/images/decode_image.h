/// @file
/// Decodes JPEG and PNG with the pixels of Pillow's `Image.open(f).convert("RGB")`, bit for bit
/// (docs/formats.md section 4).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "loaders/images/image.h"

namespace dpac {

/// Decodes by content, whatever the file is called: ImageNet has a PNG named .JPEG.
///
/// Colour comes as 3 channels, greyscale (with or without alpha) as 1, which Pillow replicates. CMYK and YCCK
/// JPEGs are taken as Adobe writes them, inverted, and converted without a colour profile; alpha is dropped,
/// not blended; 16-bit colour keeps its high byte, 16-bit grey saturates at 255. EXIF rotation is not
/// applied.
///
/// `name` is the file's, for messages. Thread-safe.
/// @throws Error if the bytes are no JPEG or PNG, are damaged or cut short, or declare more than
/// kMaxImagePixels.
Image decode_image(std::span<const uint8_t> encoded, const std::string& name);

}  // namespace dpac
