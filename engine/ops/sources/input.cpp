#include "engine/ops/sources/input.h"

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/error.h"

namespace dpac {

Value output_of(const InputOp& op, InputValues inputs) {
  expect_inputs(inputs, 0);
  if (op.shape.channels < 1 || op.shape.height < 1 || op.shape.width < 1) {
    throw Error(fmt::format("is an image of {} (channels, height, width), expected at least 1 of each",
                            to_string(op.shape)));
  }
  return {op.shape};
}

Grid grid_of(const InputOp&) {
  return Grid::own;
}

}  // namespace dpac
