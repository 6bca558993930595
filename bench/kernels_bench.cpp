/// @file
/// Google Benchmark programs of the kernels, for the active instruction set (DPAC_FORCE_ISA chooses another).
/// Rates are elements per second.

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "kernels/analog_epilogue.h"
#include "kernels/gaussian.h"
#include "kernels/isa.h"
#include "kernels/patch_norm.h"
#include "kernels/winograd.h"

namespace dpac {
namespace {

void count_elements(benchmark::State& state, int64_t elements) {
  state.SetItemsProcessed(state.iterations() * elements);
  state.SetLabel(std::string(name(active_isa())));
}

/// Bound: AES rounds and the polynomial's look-ups; the data stay in the first-level cache.
void gaussian(benchmark::State& state) {
  std::vector<float> values(4096);
  for (auto _ : state) {
    fill_gaussian({.seed = 1}, 0, values);
    benchmark::DoNotOptimize(values.data());
  }
  count_elements(state, static_cast<int64_t>(values.size()));
}
BENCHMARK(gaussian);

/// Bound: the noise values, on ResNet50's map of 256 x 14 x 14; memory on 256 x 56 x 56.
void epilogue(benchmark::State& state) {
  const BlockedMap map{256, state.range(0) * state.range(0), 16};
  std::vector<PixelRun> runs;
  for (int64_t p = 0; p < map.pixels; p += state.range(0)) runs.push_back({p, p + state.range(0), 0});
  const std::vector<float> gains(256, 0.1f), scales(static_cast<std::size_t>(map.pixels), 1.0f);
  std::vector<float> y(static_cast<std::size_t>(map.size()), 1.0f), residual = y, sums(scales);
  const AnalogEpilogue e{map, runs, gains.data(), scales.data(), residual.data(), true, true};
  for (auto _ : state) run_analog_epilogue(e, {.seed = 1}, y.data(), sums.data());
  count_elements(state, map.size());
}
BENCHMARK(epilogue)->Arg(14)->Arg(56);

/// Bound: memory.
void input_sums(benchmark::State& state) {
  const BlockedMap map{256, 56 * 56, 16};
  const std::vector<float> x(static_cast<std::size_t>(map.size()), 1.0f);
  std::vector<float> sums(static_cast<std::size_t>(map.pixels));
  for (auto _ : state) sum_squares(map, x.data(), sums.data());
  count_elements(state, map.size());
}
BENCHMARK(input_sums);

/// Bound: stores of 36 values for 16 pixels.
void winograd_input_transform(benchmark::State& state) {
  WinogradMap map{{128, 28 * 28, 16}, 28, 28};
  map.tiles = map.tiles_high() * map.tiles_wide();
  const std::vector<float> x(static_cast<std::size_t>(map.map.size()), 1.0f);
  std::vector<float> values(static_cast<std::size_t>(kWinogradPoints * map.tiles * map.map.channels));
  for (auto _ : state) winograd_input(map, 0, map.map.blocks(), x.data(), values.data());
  count_elements(state, map.map.size());
}
BENCHMARK(winograd_input_transform);

}  // namespace
}  // namespace dpac

BENCHMARK_MAIN();
