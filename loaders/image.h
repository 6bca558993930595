/// @file
/// A decoded image, and how large one may be.
#pragma once

#include <cstdint>
#include <vector>

namespace dpac {

/// Height and width in pixels.
struct ImageSize {
  int height = 0;
  int width = 0;

  friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

/// 8-bit pixels, row-major [height, width, channels] without padding; three channels are R, G, B in this
/// order, one is grey.
struct Image {
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<uint8_t> pixels;

  [[nodiscard]] ImageSize size() const { return {height, width}; }
};

/// A file that declares more pixels than this is refused before anything is allocated for them: 100
/// megapixels, 300 MB decoded. The largest image of ImageNet has 19.
inline constexpr int64_t kMaxImagePixels = 100'000'000;

}  // namespace dpac
