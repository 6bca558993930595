/// @file
/// What attention is made of, at the sizes of BERT-base: 128 tokens, heads of 64 features.

#include <vector>

#include <benchmark/benchmark.h>

#include "bench/report.h"
#include "kernels/layer_norm.h"
#include "kernels/matrix.h"
#include "kernels/softmax.h"

namespace dpac {
namespace {

std::vector<float> ones(int64_t count) {
  return std::vector<float>(static_cast<std::size_t>(count), 1.0f);
}

/// Bound: one fused multiply-add of 16 lanes a cycle on Zen 4; items are fused multiply-adds, two operations
/// each. Arguments: rows, columns, depth.
void matrix_product(benchmark::State& state) {
  const int64_t rows = state.range(0), columns = state.range(1), depth = state.range(2);
  const int64_t stride = padded_row(columns);
  const std::vector<float> a = ones(rows * depth), b = ones(depth * stride);
  std::vector<float> c = ones(rows * stride);
  for (auto _ : state)
    multiply(rows, columns, depth, {a.data(), depth}, {b.data(), stride}, {c.data(), stride});
  bench::report(state, rows * columns * depth, (rows * depth + depth * stride + rows * stride) * 4);
}
BENCHMARK(matrix_product)->Args({128, 128, 64})->Args({128, 64, 128});
BENCHMARK(matrix_product)->Args({512, 512, 64})->Args({512, 64, 512})->Args({26, 26, 26});

/// Bound: shuffles.
void transposed_keys(benchmark::State& state) {
  const std::vector<float> src = ones(128 * 64);
  std::vector<float> dst = ones(64 * 128);
  for (auto _ : state) transpose(128, 64, {src.data(), 64}, {dst.data(), 128});
  bench::report(state, 128 * 64, 128 * 64 * 8);
}
BENCHMARK(transposed_keys);

/// Bound: stores. The argument is the head's features: 64 are whole blocks, 26 are not.
void head_rows(benchmark::State& state) {
  const BlockedMap map{12 * state.range(0), 128, 16};
  const int64_t stride = padded_row(state.range(0));
  const std::vector<float> src = ones(map.size());
  std::vector<float> dst = ones(128 * stride);
  for (auto _ : state) {
    rows_from_map(map, src.data(), 5 * state.range(0), state.range(0), 0, 128, {dst.data(), stride});
  }
  bench::report(state, 128 * state.range(0), 128 * state.range(0) * 8);
}
BENCHMARK(head_rows)->Arg(64)->Arg(26);

/// Bound: the exponential. One head's scores, in place: what is left of them is normalised again.
void scores_softmax(benchmark::State& state) {
  std::vector<float> scores = ones(128 * 128);
  for (auto _ : state)
    softmax({.columns = 128, .real = 128, .scale = 0.125f}, 128, scores.data(), scores.data());
  bench::report(state, 128 * 128, 128 * 128 * 8);
}
BENCHMARK(scores_softmax);

/// Bound: the second-level cache, three times.
void tokens_layer_norm(benchmark::State& state) {
  const BlockedMap map{768, 128, 16};
  const std::vector<float> gamma = ones(768), src = ones(map.size());
  std::vector<float> dst = ones(map.size());
  const LayerNorm norm{.map = map, .gamma = gamma.data(), .beta = gamma.data(), .epsilon = 1e-12f};
  for (auto _ : state) layer_norm(norm, 0, 128, src.data(), dst.data(), nullptr);
  bench::report(state, map.size(), map.size() * 8);
}
BENCHMARK(tokens_layer_norm);

}  // namespace
}  // namespace dpac
