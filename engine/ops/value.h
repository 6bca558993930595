/// @file
/// What flows between the operations of a graph, and windows over it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/tensor.h"
#include "kernels/api.h"

namespace dpac {

/// One sample's map. A token of a sequence is a pixel: [features, tokens, 1].
struct MapShape {
  int64_t channels = 0, height = 0, width = 0;

  [[nodiscard]] int64_t pixels() const { return height * width; }
  bool operator==(const MapShape&) const = default;
};

/// The output of a node, as far as it is known before anything runs.
struct Value {
  MapShape shape;       ///< Of text, for a sequence of the graph's nominal length.
  bool tokens = false;  ///< Its pixels are the tokens of a sequence, whose number differs between samples.
  bool operator==(const Value&) const = default;
};

/// Lengths of the sequences that D, N and MACs are counted for: means over a data set.
struct TokenLengths {
  double mean = 0, mean_square = 0;
};

/// Weights, which copies of a graph share.
using SharedTensor = std::shared_ptr<const Tensor>;

inline SharedTensor share(Tensor tensor) {
  return std::make_shared<const Tensor>(std::move(tensor));
}

/// A number for each axis of a map. One number stands for both.
struct Extent {
  int h = 1, w = 1;

  constexpr Extent() = default;
  constexpr Extent(int both) : h(both), w(both) {}  // NOLINT(google-explicit-constructor)
  constexpr Extent(int height, int width) : h(height), w(width) {}
  bool operator==(const Extent&) const = default;
};

/// A window over a map. Padding is per side, since TensorFlow's SAME is asymmetric.
struct Geometry {
  Extent kernel = 1;
  Extent stride = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  Extent dilation = 1;  ///< Pixels from one tap to the next.

  /// Pixels from the window's first to its last, both included.
  [[nodiscard]] int64_t height() const { return int64_t{kernel.h - 1} * dilation.h + 1; }
  [[nodiscard]] int64_t width() const { return int64_t{kernel.w - 1} * dilation.w + 1; }
};

/// The values that a node reads, in its order.
using InputValues = std::span<const Value>;

/// @throws Error unless there are so many.
void expect_inputs(InputValues inputs, std::size_t count);

/// @throws Error if the pixels are tokens.
void expect_image(const Value& input);

/// @throws Error unless they are.
void expect_tokens(const Value& input);

/// Positions of a window over a map, with so many channels. @throws Error if there is none, or a window lies
/// in the padding alone.
MapShape windows_over(const MapShape& in, const Geometry& geometry, int64_t channels);

/// What TensorFlow's SAME pads along one axis in all, so that there are ceil(size / stride) windows.
int same_padding(int64_t size, int64_t window, int stride);

/// Values of every channel, and zeros up to whole groups of 16 channels.
std::vector<float> pad_channels(std::vector<float> values);

/// Pixels beyond the padding after the map, along one axis, that PyTorch's and ONNX's ceil_mode adds: windows
/// are counted rounding up, but the last has to begin within the map or the padding before it.
int ceil_mode_padding(int64_t size, int64_t window, int stride, int before, int after);

/// "64x7x7": channels, height, width.
DPAC_API std::string to_string(const MapShape& shape);

}  // namespace dpac
