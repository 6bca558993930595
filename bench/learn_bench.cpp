/// @file
/// What learning adds to an operation: the epilogue that records what passes, and its backward.

#include <vector>

#include <benchmark/benchmark.h>

#include "bench/report.h"
#include "kernels/analog_backward.h"

namespace dpac {
namespace {

/// 256 channels of 28x28 pixels with shot noise, a residual and both ReLUs.
struct Layer {
  BlockedMap map{256, 28 * 28, 16};
  std::vector<PixelRun> runs;
  std::vector<float> gains = std::vector<float>(256, 0.1f), scales = std::vector<float>(28 * 28, 1.0f);
  std::vector<float> src = values(0.5f), residual = values(-0.5f), dst = values(0), gradient = values(0.1f);
  std::vector<uint8_t> passes = bits(), sum_passes = bits();
  std::vector<double> sums = std::vector<double>(256);

  Layer() {
    for (int64_t p = 0; p < map.pixels; p += 56) runs.push_back({p, p + 56, 0});
  }

  [[nodiscard]] std::vector<float> values(float value) const {
    return std::vector<float>(static_cast<std::size_t>(map.size()), value);
  }
  [[nodiscard]] std::vector<uint8_t> bits() const {
    return std::vector<uint8_t>(static_cast<std::size_t>(map.size() / 8), 0xff);
  }
  [[nodiscard]] AnalogEpilogue epilogue() const {
    return {.map = map,
            .runs = runs,
            .gains = gains.data(),
            .scales = scales.data(),
            .activation = Activation::relu,
            .residual = residual.data(),
            .relu_after_residual = true};
  }
};

/// Bound: drawing noise; beside it 12 bytes an element of memory, and 2 bits where range(0) asks for a tape.
void taped_epilogue(benchmark::State& state) {
  Layer layer;
  AnalogEpilogue epilogue = layer.epilogue();
  if (state.range(0) != 0) epilogue.passes = layer.passes.data();
  if (state.range(0) != 0) epilogue.sum_passes = layer.sum_passes.data();
  for (auto _ : state) {
    run_analog_epilogue(epilogue, {.seed = 1}, layer.src.data(), layer.dst.data(), nullptr);
    benchmark::DoNotOptimize(layer.dst.data());
  }
  bench::report(state, layer.map.size(), layer.map.size() * 12);
}
BENCHMARK(taped_epilogue)->Arg(0)->Arg(1);

/// Bound: drawing noise once more; squares need none and are bound by memory, 12 bytes an element.
void backward(benchmark::State& state) {
  Layer layer;
  const AnalogBackward backward{.map = layer.map,
                                .runs = layer.runs,
                                .gains = layer.gains.data(),
                                .scales = layer.scales.data(),
                                .passes = layer.passes.data(),
                                .sum_passes = layer.sum_passes.data(),
                                .residual = layer.residual.data()};
  const NoiseSum sum = state.range(0) == 0 ? NoiseSum::product : NoiseSum::square;
  for (auto _ : state) {
    run_analog_backward(backward, sum, {.seed = 1}, layer.gradient.data(), layer.sums.data());
    benchmark::DoNotOptimize(layer.sums.data());
  }
  bench::report(state, layer.map.size(), layer.map.size() * 12);
}
BENCHMARK(backward)->Arg(0)->Arg(1);

}  // namespace
}  // namespace dpac
