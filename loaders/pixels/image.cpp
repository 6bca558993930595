#include "loaders/pixels/image.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

void check_pixels(int64_t width, int64_t height, std::size_t file_bytes, const std::string& what) {
  constexpr int64_t kMaxSide = 65'535, kAlways = 16'000'000, kPerByte = 16;
  const std::string declared = fmt::format("{} declares {} x {} pixels", what, width, height);
  if (width > kMaxSide || height > kMaxSide) {
    throw Error(
        fmt::format("{}, and no side may have more than {}; make the image smaller", declared, kMaxSide));
  }
  const int64_t pixels = width * height;
  if (pixels > kMaxImagePixels) {
    throw Error(
        fmt::format("{}, more than the {} allowed; make the image smaller", declared, kMaxImagePixels));
  }
  if (pixels <= kAlways || pixels / kPerByte <= static_cast<int64_t>(file_bytes)) return;
  throw Error(
      fmt::format("{} in {} bytes; above {} pixels, {} a byte are the most allowed; make the image smaller",
                  declared, file_bytes, kAlways, kPerByte));
}

Image cut_out(const Image& source, const Window& window) {
  const auto channels = static_cast<std::size_t>(source.channels);
  Image out{window.height, window.width, source.channels, {}};
  out.pixels.resize(static_cast<std::size_t>(out.height) * static_cast<std::size_t>(out.width) * channels);
  const int top = std::max(window.top, 0);
  const int left = std::max(window.left, 0);
  const int bottom = std::min(window.top + window.height, source.height);
  const int right = std::min(window.left + window.width, source.width);
  if (left >= right) return out;
  const auto offset = [channels](int y, int x, int width) {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) *
           channels;
  };
  for (int y = top; y < bottom; ++y) {
    const uint8_t* from = source.pixels.data() + offset(y, left, source.width);
    uint8_t* to = out.pixels.data() + offset(y - window.top, left - window.left, out.width);
    std::copy_n(from, static_cast<std::size_t>(right - left) * channels, to);
  }
  return out;
}

void flip_horizontally(Image& image) {
  const std::ptrdiff_t channels = image.channels;
  const std::ptrdiff_t row_bytes = image.width * channels;
  for (int y = 0; y < image.height; ++y) {
    uint8_t* row = image.pixels.data() + y * row_bytes;
    for (std::ptrdiff_t left = 0, right = row_bytes - channels; left < right;
         left += channels, right -= channels) {
      std::swap_ranges(row + left, row + left + channels, row + right);
    }
  }
}

}  // namespace dpac
