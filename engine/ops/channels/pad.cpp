#include "engine/ops/channels/pad.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/error.h"

namespace dpac {
namespace {

/// Pixels along an axis that input and output have in common: `count` from `in` of the one and `out` of the
/// other.
struct Common {
  int64_t in, out, count;
};

Common common(int64_t size, int before, int after) {
  const int64_t cut_before = std::max(0, -before), cut_after = std::max(0, -after);
  return {cut_before, std::max(0, before), size - cut_before - cut_after};
}

/// Calls visit(input pixel, output pixel, pixels) for each row that both have.
template <class Visit>
void for_rows(const PadOp& op, const MapShape& in, const MapShape& out, const Visit& visit) {
  const Common rows = common(in.height, op.top, op.bottom), columns = common(in.width, op.left, op.right);
  for (int64_t y = 0; y < rows.count; ++y) {
    visit((rows.in + y) * in.width + columns.in, (rows.out + y) * out.width + columns.out, columns.count);
  }
}

}  // namespace

Value output_of(const PadOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_image(inputs[0]);
  const MapShape& in = inputs[0].shape;
  const Common rows = common(in.height, op.top, op.bottom), columns = common(in.width, op.left, op.right);
  if (rows.count < 1 || columns.count < 1) {
    throw Error(fmt::format("cuts off all of a map of {} (channels, height, width)", to_string(in)));
  }
  return {{in.channels, in.height + op.top + op.bottom, in.width + op.left + op.right}};
}

/// Its zeros are on none, as those that a convolution pads with.
Grid grid_of(const PadOp&) {
  return Grid::of_inputs;
}

std::size_t tape_of(const PadOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const PadOp& op, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  const float* from = run.in[0] + in.at(map, block);
  float* to = run.out + out.at(map, block);
  std::fill_n(to, out.block_size(), 0.0f);
  for_rows(op, in.shape, out.shape, [&](int64_t source, int64_t target, int64_t pixels) {
    std::copy_n(from + source * in.block, pixels * in.block, to + target * out.block);
  });
}

void run_backward(const PadOp& op, const DigitalBackward& run, int64_t map, int64_t block) {
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  const float* from = run.out_gradient + out.at(map, block);
  float* to = run.in_gradient + in.at(map, block);
  for_rows(op, in.shape, out.shape, [&](int64_t source, int64_t target, int64_t pixels) {
    for (int64_t i = 0; i < pixels * in.block; ++i) to[source * in.block + i] += from[target * out.block + i];
  });
}

}  // namespace dpac
