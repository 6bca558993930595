/// @file
/// Decodes JPEG, PNG, WebP and TIFF with the pixels of Pillow's `Image.open(f).convert("RGB")`, bit for bit
/// (docs/formats.md section 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "loaders/pixels/image.h"

namespace dpac {

/// The formats that are read, for messages.
inline constexpr std::string_view kImageFormats = "JPEG, PNG, WebP or TIFF";

/// How much of a file's start is_image_start() needs.
inline constexpr std::size_t kImageStartBytes = 15;

/// Whether a file that starts so is of a format that decode_image() reads.
bool is_image_start(std::span<const uint8_t> start);

/// Decodes by content, whatever the file is called: ImageNet has a PNG named .JPEG.
///
/// Colour comes as 3 channels, greyscale (with or without alpha) as 1, which Pillow replicates. CMYK and YCCK
/// JPEGs are taken as Adobe writes them, inverted, and converted without a colour profile; alpha is dropped,
/// not blended; 16-bit colour keeps its high byte, 16-bit grey saturates at 255 (PNG; TIFF is read with 8
/// bits only, decode_tiff.h). EXIF rotation is not applied.
///
/// `name` is the file's, for messages. Thread-safe.
/// @throws Error if the bytes are none of these formats, are damaged or cut short, are an animation, or
/// declare more than kMaxImagePixels.
Image decode_image(std::span<const uint8_t> encoded, const std::string& name);

}  // namespace dpac
