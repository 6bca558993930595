#include "engine/ops/arithmetic/add.h"

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/elementwise.h"
#include "kernels/error.h"

namespace dpac {

Value output_of(const AddOp&, InputValues inputs) {
  expect_inputs(inputs, 2);
  if (inputs[0] != inputs[1]) {
    throw Error(fmt::format("adds maps of different shapes: {} and {} (channels, height, width)",
                            to_string(inputs[0].shape), to_string(inputs[1].shape)));
  }
  return inputs[0];
}

Grid grid_of(const AddOp&) {
  return Grid::own;
}

std::size_t tape_of(const AddOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const AddOp&, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps& out = run.maps.out;
  const int64_t at = out.at(map, block);
  add_values(out.block_size(), run.in[0] + at, run.in[1] + at, run.out + at);
}

void run_backward(const AddOp&, const DigitalBackward& run, int64_t map, int64_t block) {
  const RunMaps& out = run.maps.out;
  const int64_t at = out.at(map, block);
  add_values(out.block_size(), run.out_gradient + at, run.in_gradient + at, run.in_gradient + at);
}

}  // namespace dpac
