#include "engine/ops/channels/subsample.h"

#include <fmt/format.h>

#include "engine/ops/channels/channel_copies.h"
#include "kernels/error.h"

namespace dpac {

Value output_of(const SubsampleOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_image(inputs[0]);
  if (op.channels_before < 0 || op.channels_before + inputs[0].shape.channels > op.channels) {
    throw Error(fmt::format("keeps {} channels behind {} new ones, but has only {} in all",
                            inputs[0].shape.channels, op.channels_before, op.channels));
  }
  return {windows_over(inputs[0].shape, {.kernel = 1, .stride = op.stride}, op.channels)};
}

Grid grid_of(const SubsampleOp&) {
  return Grid::of_inputs;
}

std::size_t tape_of(const SubsampleOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const SubsampleOp& op, const DigitalRun& run, int64_t map, int64_t block) {
  const int64_t copied = run.maps.in[0].shape.channels;
  copy_channels(run, map, block, op.stride, [&](int64_t channel) {
    const int64_t from = channel - op.channels_before;
    return from >= 0 && from < copied ? ChannelPlace{0, from} : ChannelPlace{};
  });
}

void run_backward(const SubsampleOp& op, const DigitalBackward& run, int64_t map, int64_t block) {
  copy_channels_backward(run, map, block, op.stride,
                         [&](int64_t channel) { return channel + op.channels_before; });
}

}  // namespace dpac
