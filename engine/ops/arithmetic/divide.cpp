#include "engine/ops/arithmetic/divide.h"

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/elementwise.h"
#include "kernels/error.h"

namespace dpac {
namespace {

/// The derivatives of a block by either input: 1 / b and -a / b^2. Those of lanes beyond the last channel are
/// zeros.
void keep_derivatives(const DigitalRun& run, int64_t at, int64_t block) {
  const RunMaps& out = run.maps.out;
  float *by_first = run.tape + at, *by_second = run.tape + out.size() + at;
  const float *divisor = run.in[1] + at, *quotient = run.out + at;
  for (int64_t i = 0; i < out.block_size(); ++i) {
    by_first[i] = 1 / divisor[i];
    by_second[i] = -quotient[i] / divisor[i];
  }
  clear_lanes(out, block, by_first);
  clear_lanes(out, block, by_second);
}

}  // namespace

Value output_of(const DivideOp&, InputValues inputs) {
  expect_inputs(inputs, 2);
  if (inputs[0] != inputs[1]) {
    throw Error(fmt::format("divides maps of different shapes: {} and {} (channels, height, width)",
                            to_string(inputs[0].shape), to_string(inputs[1].shape)));
  }
  return inputs[0];
}

Grid grid_of(const DivideOp&) {
  return Grid::own;
}

std::size_t tape_of(const DivideOp&, const DigitalMaps& maps) {
  return static_cast<std::size_t>(2 * maps.out.size());
}

void run_block(const DivideOp&, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps& out = run.maps.out;
  const int64_t at = out.at(map, block);
  divide_values(out.block_size(), run.in[0] + at, run.in[1] + at, run.out + at);
  clear_lanes(out, block, run.out + at);
  if (run.tape != nullptr) keep_derivatives(run, at, block);
}

void run_backward(const DivideOp&, const DigitalBackward& run, int64_t map, int64_t block) {
  const RunMaps& out = run.maps.out;
  const int64_t at = out.at(map, block);
  const float* derivative = run.tape + (run.input == 0 ? 0 : out.size()) + at;
  add_products(out.block_size(), run.out_gradient + at, derivative, run.in_gradient + at);
}

}  // namespace dpac
