#include "engine/ops/arithmetic/multiply.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/elementwise.h"
#include "kernels/error.h"

namespace dpac {
namespace {

/// Where the second factor begins on the tape, behind the first.
int64_t second_at(const DigitalMaps& maps) {
  return maps.in[0].size();
}

bool is_broadcast(const DigitalMaps& maps) {
  return maps.in[1].shape.pixels() != maps.out.shape.pixels();
}

}  // namespace

Value output_of(const MultiplyOp&, InputValues inputs) {
  expect_inputs(inputs, 2);
  const MapShape &a = inputs[0].shape, &b = inputs[1].shape;
  const bool one_pixel = b.pixels() == 1 && b.channels == a.channels && !inputs[0].tokens;
  if (inputs[0] != inputs[1] && !one_pixel) {
    throw Error(
        fmt::format("multiplies maps of {} and {} (channels, height, width), expected the same shape, or a "
                    "second map of one pixel",
                    to_string(a), to_string(b)));
  }
  return inputs[0];
}

Grid grid_of(const MultiplyOp&) {
  return Grid::own;
}

std::size_t tape_of(const MultiplyOp&, const DigitalMaps& maps) {
  return static_cast<std::size_t>(maps.in[0].size() + maps.in[1].size());
}

void run_block(const MultiplyOp&, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps &out = run.maps.out, &second = run.maps.in[1];
  const int64_t at = out.at(map, block), b = second.at(map, block);
  if (run.tape != nullptr) {
    std::copy_n(run.in[0] + at, out.block_size(), run.tape + at);
    std::copy_n(run.in[1] + b, second.block_size(), run.tape + second_at(run.maps) + b);
  }
  if (is_broadcast(run.maps)) {
    scale_lanes(out.shape.pixels(), out.block, run.in[0] + at, run.in[1] + b, nullptr, run.out + at);
  } else {
    multiply_values(out.block_size(), run.in[0] + at, run.in[1] + b, run.out + at);
  }
}

void run_backward(const MultiplyOp&, const DigitalBackward& run, int64_t map, int64_t block) {
  const RunMaps &out = run.maps.out, &second = run.maps.in[1];
  const int64_t at = out.at(map, block), b = second.at(map, block);
  const float *factor = run.input == 0 ? run.tape + second_at(run.maps) + b : run.tape + at,
              *gradient = run.out_gradient + at;
  if (!is_broadcast(run.maps)) {
    add_products(out.block_size(), gradient, factor, run.in_gradient + at);
  } else if (run.input == 0) {
    add_scaled_lanes(out.shape.pixels(), out.block, gradient, false, factor, run.in_gradient + at);
  } else {
    add_lane_products(out.shape.pixels(), out.block, gradient, factor, run.in_gradient + b);
  }
}

}  // namespace dpac
