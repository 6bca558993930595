#include "engine/ops/channels/slice.h"

#include <fmt/format.h>

#include "engine/ops/channels/channel_copies.h"
#include "engine/ops/digital.h"
#include "kernels/error.h"

namespace dpac {

Value output_of(const SliceOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  Value part = inputs[0];
  if (op.begin < 0 || op.begin >= op.end || op.end > part.shape.channels) {
    throw Error(fmt::format("takes channels {} to {} of {}", op.begin, op.end, part.shape.channels));
  }
  part.shape.channels = op.end - op.begin;
  return part;
}

Grid grid_of(const SliceOp&) {
  return Grid::of_inputs;
}

std::size_t tape_of(const SliceOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const SliceOp& op, const DigitalRun& run, int64_t map, int64_t block) {
  copy_channels(run, map, block, 1, [&](int64_t channel) { return ChannelPlace{0, op.begin + channel}; });
}

void run_backward(const SliceOp& op, const DigitalBackward& run, int64_t map, int64_t block) {
  copy_channels_backward(run, map, block, 1, [&](int64_t channel) {
    return channel >= op.begin && channel < op.end ? channel - op.begin : -1;
  });
}

}  // namespace dpac
