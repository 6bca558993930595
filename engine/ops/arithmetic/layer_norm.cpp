#include "engine/ops/arithmetic/layer_norm.h"

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/elementwise.h"
#include "kernels/error.h"
#include "kernels/layer_norm.h"

namespace dpac {
namespace {

/// The tape: normalised values of all maps, then the inverse deviation of all their pixels.
struct Tape {
  int64_t normalised, inverse_deviation;
};

Tape tape_at(const RunMaps& maps, int64_t map) {
  return {map * maps.map().size(), maps.size() + map * maps.shape.pixels()};
}

}  // namespace

Value output_of(const LayerNormOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  const auto features = static_cast<std::size_t>(inputs[0].shape.channels);
  if (op.gamma.size() < features || op.gamma.size() != op.beta.size()) {
    throw Error(fmt::format("has {} scales and {} offsets for {} features", op.gamma.size(), op.beta.size(),
                            features));
  }
  return inputs[0];
}

Grid grid_of(const LayerNormOp&) {
  return Grid::own;
}

std::size_t tape_of(const LayerNormOp&, const DigitalMaps& maps) {
  return static_cast<std::size_t>(maps.out.size() + maps.out.count * maps.out.shape.pixels());
}

void run_pixels(const LayerNormOp& op, const DigitalRun& run, int64_t map, const Pixels& pixels) {
  const RunMaps& out = run.maps.out;
  const int64_t first = map * out.map().size();
  LayerNorm norm{.map = out.map(),
                 .gamma = op.gamma.data(),
                 .beta = op.beta.data(),
                 .epsilon = op.epsilon,
                 .quantizer = run.finish.quantizer};
  if (run.finish.passes != nullptr) norm.passes = run.finish.passes + first / 8;
  if (run.tape != nullptr) {
    norm.normalised = run.tape + tape_at(out, map).normalised;
    norm.inverse_deviation = run.tape + tape_at(out, map).inverse_deviation;
  }
  float* sums = run.finish.sums == nullptr ? nullptr : run.finish.sums + map * out.shape.pixels();
  layer_norm(norm, pixels.begin, pixels.end, run.in[0] + first, run.out + first, sums);
}

void run_backward(const LayerNormOp& op, const DigitalBackward& run, int64_t map, const Pixels& pixels) {
  const RunMaps& out = run.maps.out;
  const int64_t first = map * out.map().size();
  float *gradient = run.out_gradient + first, *to = run.in_gradient + first;
  layer_norm_backward({.map = out.map(),
                       .gamma = op.gamma.data(),
                       .normalised = run.tape + tape_at(out, map).normalised,
                       .inverse_deviation = run.tape + tape_at(out, map).inverse_deviation,
                       .passes = run.passes == nullptr ? nullptr : run.passes + first / 8},
                      pixels.begin, pixels.end, gradient);
  const int64_t count = (pixels.end - pixels.begin) * out.block;
  for (int64_t b = 0; b < out.map().blocks(); ++b) {
    const int64_t at = b * out.block_size() + pixels.begin * out.block;
    add_values(count, gradient + at, to + at, to + at);
  }
}

}  // namespace dpac
