#include "engine/ops/channels/concat.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/ops/channels/channel_copies.h"
#include "engine/ops/digital.h"
#include "kernels/error.h"

namespace dpac {
namespace {

int64_t first_channel(const DigitalMaps& maps, std::size_t input) {
  int64_t first = 0;
  for (std::size_t i = 0; i < input; ++i) first += maps.in[i].shape.channels;
  return first;
}

}  // namespace

Value output_of(const ConcatOp&, InputValues inputs) {
  if (inputs.empty()) throw Error("joins no maps");
  Value joined = inputs[0];
  for (const Value& input : inputs.subspan(1)) {
    if (input.shape.height != joined.shape.height || input.shape.width != joined.shape.width ||
        input.tokens != joined.tokens) {
      throw Error(fmt::format("joins maps of different sizes: {} and {} (channels, height, width)",
                              to_string(inputs[0].shape), to_string(input.shape)));
    }
    joined.shape.channels += input.shape.channels;
  }
  return joined;
}

Grid grid_of(const ConcatOp&) {
  return Grid::of_inputs;
}

std::size_t tape_of(const ConcatOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const ConcatOp&, const DigitalRun& run, int64_t map, int64_t block) {
  copy_channels(run, map, block, 1, [&](int64_t channel) {
    int64_t input = 0;
    for (const RunMaps& in : run.maps.in) {
      if (channel < in.shape.channels) return ChannelPlace{input, channel};
      channel -= in.shape.channels;
      ++input;
    }
    return ChannelPlace{};
  });
}

void run_backward(const ConcatOp&, const DigitalBackward& run, int64_t map, int64_t block) {
  const int64_t first = first_channel(run.maps, run.input);
  copy_channels_backward(run, map, block, 1, [&](int64_t channel) { return first + channel; });
}

}  // namespace dpac
