#include "engine/ops/arithmetic/channel_affine.h"

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/elementwise.h"
#include "kernels/error.h"
#include "kernels/noise_key.h"

namespace dpac {

ChannelAffineOp channel_affine(std::vector<float> scale, std::vector<float> offset) {
  return {pad_channels(std::move(scale)), pad_channels(std::move(offset))};
}

Value output_of(const ChannelAffineOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  const auto channels = static_cast<std::size_t>(inputs[0].shape.channels);
  const std::size_t padded = (channels + kChannelGroup - 1) / kChannelGroup * kChannelGroup;
  if (op.scale.size() != padded || op.offset.size() != padded) {
    throw Error(
        fmt::format("has {} scales and {} offsets for {} channels, expected {} of each with zeros at the end",
                    op.scale.size(), op.offset.size(), channels, padded));
  }
  return inputs[0];
}

Grid grid_of(const ChannelAffineOp&) {
  return Grid::own;
}

std::size_t tape_of(const ChannelAffineOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const ChannelAffineOp& op, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps& out = run.maps.out;
  const int64_t at = out.at(map, block), channel = block * out.block;
  scale_lanes(out.shape.pixels(), out.block, run.in[0] + at, op.scale.data() + channel,
              op.offset.data() + channel, run.out + at);
}

void run_backward(const ChannelAffineOp& op, const DigitalBackward& run, int64_t map, int64_t block) {
  const RunMaps& out = run.maps.out;
  const int64_t at = out.at(map, block);
  add_scaled_lanes(out.shape.pixels(), out.block, run.out_gradient + at, false,
                   op.scale.data() + block * out.block, run.in_gradient + at);
}

}  // namespace dpac
