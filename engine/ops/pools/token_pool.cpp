#include "engine/ops/pools/token_pool.h"

#include <algorithm>

#include "engine/ops/digital.h"

namespace dpac {
namespace {

int64_t pooled_tokens(const TokenPoolOp& op, const PlacedSequence& sequence) {
  return op.kind == TokenPoolOp::Kind::first ? 1 : sequence.tokens.real;
}

/// Offset of a channel block of a pixel.
int64_t at(const BlockedMap& map, int64_t block, int64_t pixel) {
  return (block * map.pixels + pixel) * map.block;
}

}  // namespace

Value output_of(const TokenPoolOp&, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_tokens(inputs[0]);
  return {{inputs[0].shape.channels, 1, 1}};
}

Grid grid_of(const TokenPoolOp& op) {
  return op.kind == TokenPoolOp::Kind::first ? Grid::of_inputs : Grid::own;
}

std::size_t tape_of(const TokenPoolOp&, const DigitalMaps&) {
  return 0;
}

void run_sequence(const TokenPoolOp& op, const DigitalRun& run, std::size_t sequence) {
  const BlockedMap in = run.maps.in[0].map(), out = run.maps.out.map();
  const int64_t first = run.sequences[sequence].first, tokens = pooled_tokens(op, run.sequences[sequence]);
  for (int64_t b = 0; b < in.blocks(); ++b) {
    float* sum = run.out + at(out, b, static_cast<int64_t>(sequence));
    std::copy_n(run.in[0] + at(in, b, first), in.block, sum);
    for (int64_t t = 1; t < tokens; ++t) {
      const float* from = run.in[0] + at(in, b, first + t);
      for (int i = 0; i < in.block; ++i) sum[i] += from[i];
    }
    if (tokens == 1) continue;
    for (int i = 0; i < in.block; ++i) sum[i] /= static_cast<float>(tokens);
  }
}

void run_backward(const TokenPoolOp& op, const DigitalBackward& run, std::size_t sequence) {
  const BlockedMap in = run.maps.in[0].map(), out = run.maps.out.map();
  const int64_t first = run.sequences[sequence].first, tokens = pooled_tokens(op, run.sequences[sequence]);
  const float share = 1.0f / static_cast<float>(tokens);
  for (int64_t b = 0; b < in.blocks(); ++b) {
    const float* gradient = run.out_gradient + at(out, b, static_cast<int64_t>(sequence));
    for (int64_t t = 0; t < tokens; ++t) {
      float* to = run.in_gradient + at(in, b, first + t);
      for (int i = 0; i < in.block; ++i) to[i] += share * gradient[i];
    }
  }
}

}  // namespace dpac
