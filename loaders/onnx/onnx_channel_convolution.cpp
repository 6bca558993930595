#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "loaders/onnx/onnx_operations.h"

namespace dpac {
namespace {

/// Channel c + shift of a map of one pixel at channel c, zeros where there is none.
int shifted(OnnxBuilder& b, int node, int64_t shift) {
  const int64_t channels = b.shape_of(node).channels;
  if (shift == 0) return node;
  const int64_t begin = std::max<int64_t>(0, shift), end = std::min(channels, channels + shift);
  const int part = b.append(SliceOp{begin, end}, {node});
  return b.append(SubsampleOp{1, channels, std::max<int64_t>(0, -shift)}, {part});
}

}  // namespace

/// As a convolution of groups, each of which sees the taps of one channel.
void convolve_channels(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  const OnnxTensor& weights = b.constant_input(1);
  const int64_t channels = b.shape_of(value.node).channels;
  const bool of_one = weights.is_float() && weights.shape.size() == 3 && weights.shape[0] == 1 &&
                      weights.shape[1] == 1 && b.current().integer("group", 1) == 1;
  const std::vector<int64_t> pads = b.current().integers("pads", {0, 0}),
                             step = b.current().integers("dilations", {1}),
                             stride = b.current().integers("strides", {1});
  constexpr int64_t kMost = 1 << 20, kMostTaps = 64;
  const auto sane = [](int64_t v) { return v >= 0 && v < kMost; };
  const bool whole = pads.size() == 2 && step.size() == 1 && stride == std::vector<int64_t>{1} &&
                     sane(pads[0]) && sane(pads[1]) && sane(step[0]);
  if (!of_one || !whole || b.current().text("auto_pad", "NOTSET") != "NOTSET" ||
      weights.shape[2] > kMostTaps || pads[0] + pads[1] != (weights.shape[2] - 1) * step[0]) {
    b.refuse("convolves over channels, but not one number for each from its neighbours");
  }
  std::vector<int> taps;
  std::vector<float> kernel;
  for (int64_t t = 0; t < weights.shape[2]; ++t) {
    const int64_t shift = t * step[0] - pads[0];
    if (std::abs(shift) >= channels) continue;  // Sees zeros only.
    taps.push_back(shifted(b, value.node, shift));
    kernel.push_back(weights.floats()[static_cast<std::size_t>(t)]);
  }
  const auto seen = static_cast<int64_t>(taps.size());
  if (seen == 0) b.refuse("has no tap within the channels");
  std::vector<float> all;
  for (int64_t c = 0; c < channels; ++c) all.insert(all.end(), kernel.begin(), kernel.end());
  const std::vector<float> bias = b.has_input(2) ? b.float_input(2) : std::vector<float>{0.0f};
  if (bias.size() != 1) b.refuse(fmt::format("has {} biases for one output", bias.size()));
  const int joined = b.append(ConcatOp{}, taps);
  const int by_channel = b.append(ChannelShuffleOp{seen}, {joined});
  ConvolutionOp op{{},
                   share(Tensor({channels, seen, 1, 1}, all)),
                   std::vector<float>(static_cast<std::size_t>(channels), bias[0]),
                   channels};
  b.set_map(b.append(std::move(op), {by_channel}), value);
}

}  // namespace dpac
