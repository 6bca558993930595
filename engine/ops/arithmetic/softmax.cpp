#include "engine/ops/arithmetic/softmax.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/error.h"
#include "kernels/group_softmax.h"

namespace dpac {

Value output_of(const SoftmaxOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  if (op.groups < 1 || inputs[0].shape.channels % op.groups != 0) {
    throw Error(fmt::format("takes the softmax over {} groups of {} channels, expected groups of one size",
                            op.groups, inputs[0].shape.channels));
  }
  return inputs[0];
}

Grid grid_of(const SoftmaxOp&) {
  return Grid::own;
}

std::size_t tape_of(const SoftmaxOp&, const DigitalMaps& maps) {
  return static_cast<std::size_t>(maps.out.size());
}

void run_block(const SoftmaxOp& op, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps& out = run.maps.out;
  const int64_t first = out.at(map, 0), at = out.at(map, block);
  group_softmax({out.map(), op.groups}, block, run.in[0] + first, run.out + first);
  if (run.tape != nullptr) std::copy_n(run.out + at, out.block_size(), run.tape + at);
}

void run_backward(const SoftmaxOp& op, const DigitalBackward& run, int64_t map, int64_t block) {
  const int64_t first = run.maps.out.at(map, 0);
  group_softmax_backward({run.maps.out.map(), op.groups}, block, run.tape + first, run.out_gradient + first,
                         run.in_gradient + first);
}

}  // namespace dpac
