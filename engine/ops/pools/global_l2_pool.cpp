#include "engine/ops/pools/global_l2_pool.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/ops/digital.h"
#include "kernels/elementwise.h"

namespace dpac {

Value output_of(const GlobalL2PoolOp&, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_image(inputs[0]);
  return {{inputs[0].shape.channels, 1, 1}};
}

Grid grid_of(const GlobalL2PoolOp&) {
  return Grid::own;
}

/// The map, then 1 / norm, zero where that is zero.
std::size_t tape_of(const GlobalL2PoolOp&, const DigitalMaps& maps) {
  return static_cast<std::size_t>(maps.in[0].size() + maps.out.size());
}

void run_block(const GlobalL2PoolOp&, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  const float* from = run.in[0] + in.at(map, block);
  float* norms = run.out + out.at(map, block);
  std::fill_n(norms, out.block, 0.0f);
  add_lane_products(in.shape.pixels(), in.block, from, from, norms);
  for (int i = 0; i < out.block; ++i) norms[i] = std::sqrt(norms[i]);
  if (run.tape == nullptr) return;
  std::copy_n(from, in.block_size(), run.tape + in.at(map, block));
  float* inverse = run.tape + in.size() + out.at(map, block);
  for (int i = 0; i < out.block; ++i) inverse[i] = norms[i] > 0 ? 1 / norms[i] : 0.0f;
}

void run_backward(const GlobalL2PoolOp&, const DigitalBackward& run, int64_t map, int64_t block) {
  constexpr std::size_t kLongestBlock = 16;
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  std::array<float, kLongestBlock> scale = {};
  multiply_values(out.block, run.out_gradient + out.at(map, block), run.tape + in.size() + out.at(map, block),
                  scale.data());
  add_scaled_lanes(in.shape.pixels(), in.block, run.tape + in.at(map, block), false, scale.data(),
                   run.in_gradient + in.at(map, block));
}

}  // namespace dpac
