#include "engine/ops/channels/channel_mean.h"

#include <algorithm>

#include "engine/ops/channels/channel_sums.h"
#include "engine/ops/digital.h"

namespace dpac {
namespace {

float share_of(const RunMaps& maps) {
  return 1.0f / static_cast<float>(maps.shape.channels);
}

}  // namespace

Value output_of(const ChannelMeanOp&, InputValues inputs) {
  expect_inputs(inputs, 1);
  Value mean = inputs[0];
  mean.shape.channels = 1;
  return mean;
}

Grid grid_of(const ChannelMeanOp&) {
  return Grid::own;
}

std::size_t tape_of(const ChannelMeanOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const ChannelMeanOp&, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  float* to = run.out + out.at(map, block);
  std::fill_n(to, out.block_size(), 0.0f);
  add_channel_sums(in, run.in[0] + in.at(map, 0), share_of(in), to);
}

void run_backward(const ChannelMeanOp&, const DigitalBackward& run, int64_t map, int64_t block) {
  const RunMaps& in = run.maps.in[0];
  add_to_channels(in, block, run.out_gradient + run.maps.out.at(map, 0), share_of(in),
                  run.in_gradient + in.at(map, block));
}

}  // namespace dpac
