#include "engine/ops/value.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/error.h"
#include "kernels/noise_key.h"

namespace dpac {

void expect_inputs(InputValues inputs, std::size_t count) {
  if (inputs.size() == count) return;
  throw Error(fmt::format("takes {} input{}, but is given {}", count, count == 1 ? "" : "s", inputs.size()));
}

void expect_image(const Value& input) {
  if (input.tokens) throw Error("takes the map of an image, but is given the tokens of a sequence");
}

void expect_tokens(const Value& input) {
  if (!input.tokens)
    throw Error("takes the tokens of a sequence, but is given the map of an image or one vector");
}

MapShape windows_over(const MapShape& in, const Geometry& g, int64_t channels) {
  const auto below_one = [](const Extent& e) { return e.h < 1 || e.w < 1; };
  if (below_one(g.kernel) || below_one(g.stride) || below_one(g.dilation) || g.pad_top < 0 ||
      g.pad_left < 0 || g.pad_bottom < 0 || g.pad_right < 0) {
    throw Error("has a window with a kernel, stride or dilation below 1 or a negative padding");
  }
  const int64_t rows = in.height + g.pad_top + g.pad_bottom - g.height(),
                columns = in.width + g.pad_left + g.pad_right - g.width();
  if (rows < 0 || columns < 0) {
    throw Error(fmt::format("has a window of {}x{} pixels, which does not fit its input of {}x{}", g.height(),
                            g.width(), in.height, in.width));
  }
  const MapShape out{channels, rows / g.stride.h + 1, columns / g.stride.w + 1};
  // Each window of an axis: with dilation its taps may step over a small map.
  const auto sees_map = [](int64_t first, int taps, int step, int64_t size) {
    const int64_t tap =
        first >= 0 ? 0 : (-first + step - 1) / step;  // The first one that is not before the map.
    return tap < taps && first + tap * step < size;
  };
  for (int64_t y = 0; y < out.height; ++y) {
    if (!sees_map(y * g.stride.h - g.pad_top, g.kernel.h, g.dilation.h, in.height)) {
      throw Error("has a window that lies in the padding alone");
    }
  }
  for (int64_t x = 0; x < out.width; ++x) {
    if (!sees_map(x * g.stride.w - g.pad_left, g.kernel.w, g.dilation.w, in.width)) {
      throw Error("has a window that lies in the padding alone");
    }
  }
  return out;
}

int same_padding(int64_t size, int64_t window, int stride) {
  const int64_t windows = (size + stride - 1) / stride;
  return static_cast<int>(std::max<int64_t>(0, (windows - 1) * stride + window - size));
}

std::vector<float> pad_channels(std::vector<float> values) {
  values.resize((values.size() + kChannelGroup - 1) / kChannelGroup * kChannelGroup, 0.0f);
  return values;
}

int ceil_mode_padding(int64_t size, int64_t window, int stride, int before, int after) {
  const int64_t room = size + before + after - window;
  int64_t windows = (room + stride - 1) / stride + 1;
  if ((windows - 1) * stride >= size + before) --windows;
  return static_cast<int>(std::max<int64_t>(0, (windows - 1) * stride - room));
}

std::string to_string(const MapShape& shape) {
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

}  // namespace dpac
