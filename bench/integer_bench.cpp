/// @file
/// Kernels of 8-bit arithmetic.

#include <vector>

#include <benchmark/benchmark.h>

#include "bench/report.h"
#include "kernels/integer_epilogue.h"

namespace dpac {
namespace {

std::vector<uint8_t> some_bytes(int64_t count) {
  std::vector<uint8_t> bytes;
  for (int64_t i = 0; i < count; ++i) bytes.push_back(static_cast<uint8_t>(i * 37));
  return bytes;
}

/// A whole map of range(0) channels and range(1)^2 pixels, in parts of `part` pixels as a network would do
/// it, with everything the pass can do: offsets, ReLU, residual sum.
void run_epilogue(benchmark::State& state, const float* gains, const int32_t* repeats) {
  const IntegerMap map{state.range(0), state.range(1) * state.range(1)};
  const auto channels = static_cast<std::size_t>(map.channels), size = static_cast<std::size_t>(map.size());
  const std::vector<float> alpha(channels, 1e-4f), bias(channels, 0.1f);
  const std::vector<int32_t> offsets(channels, 3), sums(static_cast<std::size_t>(map.pixels), 1000),
      acc(size, 5000);
  const std::vector<uint8_t> residual = some_bytes(map.size());
  const bool plain = state.range(2) == 0;
  const IntegerEpilogue e{.map = map,
                          .alpha = alpha.data(),
                          .offsets = offsets.data(),
                          .bias = bias.data(),
                          .patch_sums = sums.data(),
                          .gains = gains,
                          .repeats = repeats,
                          .relu = true,
                          .quantizer = make_quantizer(0, 2, 256),
                          .residual = plain ? nullptr : residual.data(),
                          .residual_quantizer = make_quantizer(0, 3, 256),
                          .relu_after_residual = true,
                          .sum_quantizer = make_quantizer(0, 4, 256)};
  std::vector<uint8_t> dst(size);
  for (auto _ : state) run_integer_epilogue(e, {.seed = 1}, 0, map.pixels, acc.data(), dst.data());
  bench::report(state, map.size(), map.size() * (plain ? 5 : 6));
}

/// Channels, side, residual. The first map stays in the second-level cache, the others do not.
void maps(benchmark::internal::Benchmark* benchmark) {
  for (const int64_t residual : {0, 1}) {
    benchmark->Args({256, 14, residual})->Args({512, 28, residual})->Args({64, 56, residual});
  }
}

/// Bound: arithmetic while the sums are in the second-level cache, then memory.
void integer_epilogue(benchmark::State& state) {
  run_epilogue(state, nullptr, nullptr);
}
BENCHMARK(integer_epilogue)->Apply(maps);

/// Bound: the generator.
void noisy_integer_epilogue(benchmark::State& state) {
  const std::vector<float> gains(static_cast<std::size_t>(state.range(0)), 0.1f);
  run_epilogue(state, gains.data(), nullptr);
}
BENCHMARK(noisy_integer_epilogue)->Apply(maps);

/// Bound: the generator, four times.
void repeated_integer_epilogue(benchmark::State& state) {
  const std::vector<float> gains(static_cast<std::size_t>(state.range(0)), 0.1f);
  const std::vector<int32_t> repeats(gains.size(), 4);
  run_epilogue(state, gains.data(), repeats.data());
}
BENCHMARK(repeated_integer_epilogue)->Args({512, 28, 1});

/// Bound: loads.
void code_sums(benchmark::State& state) {
  const IntegerMap map{state.range(0), state.range(1) * state.range(1)};
  const std::vector<uint8_t> src = some_bytes(map.size());
  std::vector<int32_t> sums(static_cast<std::size_t>(map.pixels));
  for (auto _ : state) sum_codes(map, map.channels, 1, -3, src.data(), sums.data());
  bench::report(state, map.size(), map.size());
}
BENCHMARK(code_sums)->Args({64, 56})->Args({512, 28});

/// Bound: additions, one for each tap of a row and each row of a window.
void window_sums(benchmark::State& state) {
  const PatchWindow window{56, 56, 56, 56, 3, 3, 1, 1, 1, 1};
  const std::vector<int32_t> sums(56 * 56, 5);
  std::vector<int32_t> scratch(sums.size()), dst(sums.size());
  for (auto _ : state) patch_sums(window, sums.data(), scratch.data(), dst.data());
  bench::report(state, 56 * 56, 56 * 56 * 8);
}
BENCHMARK(window_sums);

/// Bound: byte stores, three planes being interleaved.
void input_codes(benchmark::State& state) {
  const IntegerMap map{state.range(0), 224 * 224};
  const std::vector<float> src(static_cast<std::size_t>(map.size()), 0.3f);
  std::vector<uint8_t> dst(src.size());
  for (auto _ : state) quantize_input(map, make_quantizer(-2, 2, 256), src.data(), dst.data());
  bench::report(state, map.size(), map.size() * 5);
}
BENCHMARK(input_codes)->Arg(1)->Arg(3);

/// Bound: loads and stores of the sums in the first-level cache.
void code_averages(benchmark::State& state) {
  const IntegerMap map{2048, 49};
  const std::vector<uint8_t> src = some_bytes(map.size());
  std::vector<uint8_t> dst(2048);
  const Quantizer in = make_quantizer(0, 4, 256), out = make_quantizer(0, 3, 256);
  for (auto _ : state) average_codes(map, in, out, src.data(), dst.data());
  bench::report(state, map.size(), map.size());
}
BENCHMARK(code_averages);

}  // namespace
}  // namespace dpac
