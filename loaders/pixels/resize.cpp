#include "loaders/pixels/resize.h"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/pixels/resample.h"

namespace dpac {
namespace {

std::size_t row_bytes(const Image& image) {
  return static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
}

Image blank(int height, int width, int channels) {
  Image image{height, width, channels, {}};
  image.pixels.resize(static_cast<std::size_t>(height) * row_bytes(image));
  return image;
}

/// The horizontal pass over the rows [top, top + height) of the source.
Image resize_rows(const Image& source, const Taps& taps, int top, int height) {
  Image out = blank(height, taps.outputs(), source.channels);
  const uint8_t* from = source.pixels.data() + static_cast<std::size_t>(top) * row_bytes(source);
  uint8_t* to = out.pixels.data();
  for (int y = 0; y < height; ++y) {
    resample_row(taps, source.channels, from, to);
    from += row_bytes(source);
    to += row_bytes(out);
  }
  return out;
}

/// The vertical pass over rows of which the first is `top` of the source that `taps` counts in.
Image resize_columns(const Image& rows, const Taps& taps, int top) {
  Image out = blank(taps.outputs(), rows.width, rows.channels);
  const std::size_t bytes = row_bytes(out);
  for (int y = 0; y < out.height; ++y) {
    const uint8_t* from = rows.pixels.data() + static_cast<std::size_t>(taps.first(y) - top) * bytes;
    resample_column(taps.weights(y), from, bytes, bytes,
                    out.pixels.data() + static_cast<std::size_t>(y) * bytes);
  }
  return out;
}

}  // namespace

ImageSize short_side_size(ImageSize size, int short_side) {
  const int64_t shorter = std::min(size.height, size.width);
  const int64_t longer = int64_t{short_side} * std::max(size.height, size.width) / shorter;
  if (short_side * longer > kMaxImagePixels) {
    throw Error(
        fmt::format("resizing {} x {} pixels to a shorter side of {} gives more than the {} pixels allowed",
                    size.width, size.height, short_side, kMaxImagePixels));
  }
  const int other = static_cast<int>(longer);
  return size.height <= size.width ? ImageSize{short_side, other} : ImageSize{other, short_side};
}

Image resize_image(const Image& source, ImageSize size, Interpolation interpolation, const Window& window) {
  assert(window.top >= 0 && window.height > 0 && window.top + window.height <= size.height);
  assert(window.left >= 0 && window.width > 0 && window.left + window.width <= size.width);
  const Taps across(source.width, size.width, window.left, window.left + window.width, interpolation);
  const Taps down(source.height, size.height, window.top, window.top + window.height, interpolation);
  const int top = down.source_begin();
  return resize_columns(resize_rows(source, across, top, down.source_end() - top), down, top);
}

Image resize_image(const Image& source, ImageSize size, Interpolation interpolation) {
  return resize_image(source, size, interpolation, {0, 0, size.height, size.width});
}

}  // namespace dpac
