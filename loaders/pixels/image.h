/// @file
/// A decoded image, how large one may be, and parts of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dpac {

/// Height and width in pixels.
struct ImageSize {
  int height = 0;
  int width = 0;

  friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

/// A rectangle of pixels of an image.
struct Window {
  int top = 0;
  int left = 0;
  int height = 0;
  int width = 0;

  friend bool operator==(const Window&, const Window&) = default;
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

/// No image may have more pixels than this: 100 megapixels, 300 MB decoded. The largest of ImageNet has 19.
inline constexpr int64_t kMaxImagePixels = 100'000'000;

/// Refuses, before anything is allocated for them, the pixels that the header of an image file declares:
/// sides above 65,535, more than kMaxImagePixels, and more than 16 million and 16 a byte of the file.
/// Photographs have up to 10 a byte; what has far more is a drawing, or was made to take memory and time.
/// `file_bytes` is the file's size, `what` begins the message: "a.png: the PNG".
/// @throws Error
void check_pixels(int64_t width, int64_t height, std::size_t file_bytes, const std::string& what);

/// The pixels of `window`, which may reach beyond the image or lie outside it: there they are 0.
Image cut_out(const Image& source, const Window& window);

/// Swaps left and right.
void flip_horizontally(Image& image);

}  // namespace dpac
