#include "engine/ops/channels/channel_expand.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/ops/channels/channel_sums.h"
#include "engine/ops/digital.h"
#include "kernels/error.h"

namespace dpac {

Value output_of(const ChannelExpandOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  Value expanded = inputs[0];
  constexpr int64_t kMost = 1 << 20;
  if (expanded.shape.channels != 1 || op.channels < 1 || op.channels >= kMost) {
    throw Error(fmt::format("expands {} channels to {}, expected one channel to some",
                            expanded.shape.channels, op.channels));
  }
  expanded.shape.channels = op.channels;
  return expanded;
}

Grid grid_of(const ChannelExpandOp&) {
  return Grid::of_inputs;
}

std::size_t tape_of(const ChannelExpandOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const ChannelExpandOp&, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  float* to = run.out + out.at(map, block);
  std::fill_n(to, out.block_size(), 0.0f);
  add_to_channels(out, block, run.in[0] + in.at(map, 0), 1.0f, to);
}

void run_backward(const ChannelExpandOp&, const DigitalBackward& run, int64_t map, int64_t block) {
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  add_channel_sums(out, run.out_gradient + out.at(map, 0), 1.0f, run.in_gradient + in.at(map, block));
}

}  // namespace dpac
