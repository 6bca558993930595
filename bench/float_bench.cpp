/// @file
/// Kernels on float32 maps.

#include <vector>

#include <benchmark/benchmark.h>

#include "bench/report.h"
#include "kernels/analog_epilogue.h"
#include "kernels/group_patch_norm.h"
#include "kernels/patch_norm.h"
#include "kernels/quantizer.h"
#include "kernels/value_range.h"
#include "kernels/winograd.h"

namespace dpac {
namespace {

/// Bound: the noise values, on ResNet50's map of 256 x 14 x 14; memory on 256 x 56 x 56.
void epilogue(benchmark::State& state) {
  const BlockedMap map{256, state.range(0) * state.range(0), 16};
  std::vector<PixelRun> runs;
  for (int64_t p = 0; p < map.pixels; p += state.range(0)) runs.push_back({p, p + state.range(0), 0});
  const std::vector<float> gains(256, 0.1f), scales(static_cast<std::size_t>(map.pixels), 1.0f);
  std::vector<float> y(static_cast<std::size_t>(map.size()), 1.0f), residual = y, sums(scales);
  const AnalogEpilogue e{.map = map,
                         .runs = runs,
                         .gains = gains.data(),
                         .scales = scales.data(),
                         .activation = Activation::relu,
                         .residual = residual.data(),
                         .relu_after_residual = true};
  for (auto _ : state) run_analog_epilogue(e, {.seed = 1}, y.data(), y.data(), sums.data());
  bench::report(state, map.size(), map.size() * 12);
}
BENCHMARK(epilogue)->Arg(14)->Arg(56);

/// 128 tokens behind the wider linear layer of BERT-base: with noise (range(0)) or without, in blocks of 16
/// or in rows (range(1) is the block). Bound: arithmetic.
void gelu_epilogue(benchmark::State& state) {
  const BlockedMap map{3072, 128, static_cast<int>(state.range(1))};
  const PixelRun all{0, map.pixels, 0};
  const std::vector<float> gains(3072, 0.1f), scales(static_cast<std::size_t>(map.pixels), 1.0f);
  std::vector<float> y(static_cast<std::size_t>(map.size()), 0.5f), dst(y);
  const AnalogEpilogue e{.map = map,
                         .runs = std::span(&all, 1),
                         .gains = state.range(0) != 0 ? gains.data() : nullptr,
                         .scales = scales.data(),
                         .activation = Activation::gelu};
  for (auto _ : state) run_analog_epilogue(e, {.seed = 1}, y.data(), dst.data(), nullptr);
  bench::report(state, map.size(), map.size() * 8);
}
BENCHMARK(gelu_epilogue)->ArgsProduct({{0, 1}, {16, 3072}});

/// Of a depthwise convolution 3x3 of stride range(1), 96 channels; bound: the second-level cache on a map of
/// range(0)^2.
void depthwise_norms(benchmark::State& state) {
  const int64_t size = state.range(0), stride = state.range(1), out = (size - 1) / stride + 1;
  const GroupWindow groups{.window = {.height = size,
                                      .width = size,
                                      .out_height = out,
                                      .out_width = out,
                                      .kernel_height = 3,
                                      .kernel_width = 3,
                                      .stride_rows = static_cast<int>(stride),
                                      .stride_columns = static_cast<int>(stride),
                                      .pad_top = 1,
                                      .pad_left = 1},
                           .in = {96, size * size, 16},
                           .out = {96, out * out, 16},
                           .groups = 96};
  const std::vector<float> x(static_cast<std::size_t>(groups.in.size()), 1.0f);
  std::vector<float> norms(static_cast<std::size_t>(groups.out.size())),
      scratch(static_cast<std::size_t>(groups.scratch_size()));
  for (auto _ : state) group_patch_norms(groups, 0, groups.parts(), x.data(), scratch.data(), norms.data());
  bench::report(state, groups.out.size(), (groups.in.size() + groups.out.size()) * 4);
}
BENCHMARK(depthwise_norms)->ArgsProduct({{14, 56, 112}, {1, 2}});

/// Bound: memory.
void input_sums(benchmark::State& state) {
  const BlockedMap map{256, 56 * 56, 16};
  const std::vector<float> x(static_cast<std::size_t>(map.size()), 1.0f);
  std::vector<float> sums(static_cast<std::size_t>(map.pixels));
  for (auto _ : state) sum_squares(map, x.data(), sums.data());
  bench::report(state, map.size(), map.size() * 4);
}
BENCHMARK(input_sums);

/// Bound: stores of 36 values for 16 pixels.
void winograd_input_transform(benchmark::State& state) {
  WinogradMap map{{128, 28 * 28, 16}, 28, 28};
  map.tiles = map.tiles_high() * map.tiles_wide();
  const std::vector<float> x(static_cast<std::size_t>(map.map.size()), 1.0f);
  std::vector<float> values(static_cast<std::size_t>(kWinogradPoints * map.tiles * map.map.channels));
  for (auto _ : state) winograd_input(map, 0, map.map.blocks(), x.data(), values.data());
  bench::report(state, map.map.size(), map.map.size() * 13);  // 4 bytes in, 4 * 36 / 16 out.
}
BENCHMARK(winograd_input_transform);

/// Bound: four operations a vector in the first-level cache; memory on a map of 256 x 56 x 56.
void quantized_values(benchmark::State& state) {
  const Quantizer quantizer = make_quantizer(-1, 3, 256);
  const std::vector<float> src(static_cast<std::size_t>(state.range(0)), 0.7f);
  std::vector<float> dst(src.size());
  for (auto _ : state) quantize_values(quantizer, state.range(0), src.data(), dst.data());
  bench::report(state, state.range(0), state.range(0) * 8);
}
BENCHMARK(quantized_values)->Arg(4096)->Arg(256 * 56 * 56);

/// Bound: loads.
void value_range(benchmark::State& state) {
  const std::vector<float> values(static_cast<std::size_t>(state.range(0)), 0.7f);
  for (auto _ : state) benchmark::DoNotOptimize(range_of(values));
  bench::report(state, state.range(0), state.range(0) * 4);
}
BENCHMARK(value_range)->Arg(4096)->Arg(256 * 56 * 56);

}  // namespace
}  // namespace dpac
