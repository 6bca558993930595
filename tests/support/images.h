/// @file
/// Images for tests: made up, golden, and compared.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "loaders/pixels/image.h"

namespace dpac::test {

/// tests/golden/images/`name`.
std::filesystem::path golden_image(const std::string& name);

/// A binary PPM as Pillow writes it.
Image read_ppm(const std::filesystem::path& file);

/// Pixels that all differ from their neighbours, the same for the same size.
Image made_up_image(int height, int width, int channels);

/// Grey replicated to three channels; colour as it is.
Image as_rgb(const Image& image);

/// Number of bytes in which two images differ, or -1 if their shapes do.
int64_t differing_bytes(const Image& a, const Image& b);

}  // namespace dpac::test
