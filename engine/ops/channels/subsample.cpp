#include "engine/ops/channels/subsample.h"

#include <fmt/format.h>

#include "engine/ops/channels/channel_copies.h"
#include "engine/ops/digital.h"
#include "kernels/error.h"
#include "kernels/subsample.h"

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

void run_integer(const SubsampleOp& op, const IntegerRun& run, int64_t map) {
  const IntegerValue &in = run.maps.in[0], &out = run.maps.out;
  const auto one_block = [](const IntegerValue& value) {
    return BlockedMap{value.shape.channels, value.map.pixels, static_cast<int>(value.map.channels)};
  };
  const Subsample shortcut{one_block(in),   one_block(out), in.shape.width,
                           out.shape.width, op.stride,      op.channels_before};
  subsample(shortcut, static_cast<uint8_t>(-out.quantizer.low), run.in[0] + map * in.map.size(),
            run.out + map * out.map.size());
}

}  // namespace dpac
