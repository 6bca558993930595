/// @file
/// The noise generator and the noise of weights.

#include <vector>

#include <benchmark/benchmark.h>

#include "bench/report.h"
#include "kernels/gaussian.h"
#include "kernels/weight_noise.h"

namespace dpac {
namespace {

/// Bound: AES rounds and the polynomial's look-ups; the data stay in the first-level cache.
void gaussian(benchmark::State& state) {
  std::vector<float> values(4096);
  for (auto _ : state) {
    fill_gaussian({.seed = 1}, 0, values);
    benchmark::DoNotOptimize(values.data());
  }
  bench::report(state, 4096, 4096 * 4);
}
BENCHMARK(gaussian);

/// Bound: the generator. Rows of range(0) weights; each is the mean of range(1) draws, or 0 for a plain draw.
void weight_noise(benchmark::State& state) {
  const int64_t rows = (int64_t{1} << 17) / state.range(0);
  const std::vector<float> weights(static_cast<std::size_t>(rows * state.range(0)), 0.5f);
  const std::vector<float> gains(static_cast<std::size_t>(rows), 0.1f);
  const std::vector<int32_t> repeats(gains.size(), static_cast<int32_t>(state.range(1)));
  const WeightNoise noise{.row_length = state.range(0),
                          .gains = gains.data(),
                          .repeats = state.range(1) == 0 ? nullptr : repeats.data()};
  std::vector<float> dst(weights.size());
  for (auto _ : state) perturb_weights(noise, {.seed = 1}, 0, rows, weights.data(), dst.data());
  bench::report(state, rows * state.range(0), rows * state.range(0) * 8);
}
BENCHMARK(weight_noise)
    ->Args({9, 0})
    ->Args({27, 0})
    ->Args({147, 0})
    ->Args({576, 0})
    ->Args({4608, 0})
    ->Args({576, 4});

}  // namespace
}  // namespace dpac
