#include "engine/ops/arithmetic/elementwise_affine.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/error.h"

namespace dpac {
namespace {

/// Calls visit(place in the block, place in a plain map) for every element of a block.
template <class Visit>
void for_elements(const RunMaps& maps, int64_t block, const Visit& visit) {
  const int64_t pixels = maps.shape.pixels(), first = block * maps.block;
  for (int64_t c = first; c < std::min(first + maps.block, maps.shape.channels); ++c) {
    for (int64_t p = 0; p < pixels; ++p) visit(p * maps.block + c - first, c * pixels + p);
  }
}

}  // namespace

Value output_of(const ElementwiseAffineOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_image(inputs[0]);
  const MapShape& map = inputs[0].shape;
  const Shape expected{map.channels, map.height, map.width};
  if (op.scale == nullptr || op.offset == nullptr || op.scale->shape() != expected ||
      op.offset->shape() != expected) {
    throw Error(
        fmt::format("lacks a scale and an offset for every element of a map of {} (channels, height, "
                    "width)",
                    to_string(map)));
  }
  return inputs[0];
}

Grid grid_of(const ElementwiseAffineOp&) {
  return Grid::own;
}

std::size_t tape_of(const ElementwiseAffineOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const ElementwiseAffineOp& op, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps& out = run.maps.out;
  const float *from = run.in[0] + out.at(map, block), *scale = op.scale->values().data(),
              *offset = op.offset->values().data();
  float* to = run.out + out.at(map, block);
  for_elements(out, block,
               [&](int64_t at, int64_t plain) { to[at] = from[at] * scale[plain] + offset[plain]; });
  clear_lanes(out, block, to);
}

void run_backward(const ElementwiseAffineOp& op, const DigitalBackward& run, int64_t map, int64_t block) {
  const RunMaps& out = run.maps.out;
  const float *from = run.out_gradient + out.at(map, block), *scale = op.scale->values().data();
  float* to = run.in_gradient + out.at(map, block);
  for_elements(out, block, [&](int64_t at, int64_t plain) { to[at] += from[at] * scale[plain]; });
}

}  // namespace dpac
