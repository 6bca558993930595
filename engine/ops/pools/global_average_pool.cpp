#include "engine/ops/pools/global_average_pool.h"

#include <array>

#include "engine/ops/digital.h"

namespace dpac {
namespace {

/// dst <- the mean of `pixels` runs of so many lanes. Their number is known to the compiler, which keeps the
/// sums in registers.
template <std::size_t kLanes>
void average(int64_t pixels, const float* src, float* dst) {
  std::array<float, kLanes> sum = {};
  for (int64_t p = 0; p < pixels; ++p, src += kLanes) {
    for (std::size_t i = 0; i < kLanes; ++i) sum[i] += src[i];
  }
  for (std::size_t i = 0; i < kLanes; ++i) dst[i] = sum[i] / static_cast<float>(pixels);
}

}  // namespace

Value output_of(const GlobalAveragePoolOp&, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_image(inputs[0]);
  return {{inputs[0].shape.channels, 1, 1}};
}

Grid grid_of(const GlobalAveragePoolOp&) {
  return Grid::own;
}

std::size_t tape_of(const GlobalAveragePoolOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const GlobalAveragePoolOp&, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  const auto mean = in.block == 8 ? average<8> : average<16>;
  mean(in.shape.pixels(), run.in[0] + in.at(map, block), run.out + out.at(map, block));
}

void run_backward(const GlobalAveragePoolOp&, const DigitalBackward& run, int64_t map, int64_t block) {
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  const float share = 1.0f / static_cast<float>(in.shape.pixels());
  const float* from = run.out_gradient + out.at(map, block);
  float* to = run.in_gradient + in.at(map, block);
  for (int64_t p = 0; p < in.shape.pixels(); ++p, to += in.block) {
    for (int i = 0; i < in.block; ++i) to[i] += share * from[i];
  }
}

void run_integer(const GlobalAveragePoolOp&, const IntegerRun& run, int64_t map) {
  const IntegerValue &in = run.maps.in[0], &out = run.maps.out;
  average_codes(in.map, in.quantizer, out.quantizer, run.in[0] + map * in.map.size(),
                run.out + map * out.map.size());
}

}  // namespace dpac
