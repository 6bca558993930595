#include "engine/ops/channels/channel_shuffle.h"

#include <fmt/format.h>

#include "engine/ops/channels/channel_copies.h"
#include "engine/ops/digital.h"
#include "kernels/error.h"

namespace dpac {

Value output_of(const ChannelShuffleOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  if (op.groups < 1 || inputs[0].shape.channels % op.groups != 0) {
    throw Error(fmt::format("shuffles {} channels in {} groups", inputs[0].shape.channels, op.groups));
  }
  return inputs[0];
}

Grid grid_of(const ChannelShuffleOp&) {
  return Grid::of_inputs;
}

std::size_t tape_of(const ChannelShuffleOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const ChannelShuffleOp& op, const DigitalRun& run, int64_t map, int64_t block) {
  const int64_t own = run.maps.out.shape.channels / op.groups;
  copy_channels(run, map, block, 1, [&](int64_t channel) {
    return ChannelPlace{0, channel % op.groups * own + channel / op.groups};
  });
}

void run_backward(const ChannelShuffleOp& op, const DigitalBackward& run, int64_t map, int64_t block) {
  const int64_t own = run.maps.out.shape.channels / op.groups;
  copy_channels_backward(run, map, block, 1,
                         [&](int64_t channel) { return channel % own * op.groups + channel / own; });
}

}  // namespace dpac
