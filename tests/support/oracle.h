/// @file
/// The network in plain double precision, written from docs/model.md and not from the kernels: slow and
/// obvious.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/noise/noise_config.h"
#include "engine/noise/quantization.h"
#include "kernels/noise_key.h"

namespace dpac::test {

/// One analog operation of one sample, [C, H, W].
struct OracleLayer {
  std::vector<double> input, pre, noisy;
  std::vector<double> sigma;         ///< Of all noise of the layer's own.
  std::vector<double> output_sigma;  ///< Without that of its weights.
};

struct OracleRun {
  std::vector<OracleLayer> layers;
  std::vector<double> logits;
};

/// xi(layer, channel, pixel, pixels, repeat): a standard normal for an element of an output.
using NoiseSource =
    std::function<double(int layer, int64_t channel, int64_t pixel, int64_t pixels, int repeat)>;

/// xi(stream, layer, element, repeat): the same for an element of a layer's weights, of a chip or of a draw.
using WeightNoiseSource = std::function<double(NoiseStream stream, int layer, int64_t element, int repeat)>;

/// What draws of weights are made from.
NoiseStream stream_of_draws(NoiseKind kind);

/// What the network runs with; the default is clean.
struct OracleSetup {
  NoiseConfig noise = {};
  NoiseSource xi = {};
  WeightNoiseSource weight_xi = {};
  Quantization quantization = {};
  /// The input a layer really had, to be used instead of the oracle's own: a value on a rounding edge of a
  /// quantiser then makes no difference beyond its layer. May be empty.
  std::function<const std::vector<float>&(int layer)> observed_input = {};
  /// Noise of outputs: the standard deviations of an earlier run, in place of this run's, and what they
  /// are multiplied by. May be null and empty.
  const std::vector<OracleLayer>* frozen = nullptr;
  std::function<double(int layer, int64_t channel)> frozen_factor = {};
};

/// Of an output channel of a layer.
double energy_of(const NoiseConfig& noise, int layer, int64_t channel);
int repeats_of(const NoiseConfig& noise, int layer, int64_t channel);

/// Whether the products' outputs are noisy.
bool perturbs_outputs(NoiseKind kind);

/// The standard deviation of a channel's weights under all noises of weights, at constant c1 = c2 = 0.
double weight_sigma(const NoiseConfig& noise, int layer, int64_t row, const ValueRange& range);

/// What these noises add to an element of a layer's weights, in row `row` of that range.
double weight_noise(const NoiseConfig& noise, const WeightNoiseSource& source, int layer, int64_t row,
                    int64_t element, double weight, const ValueRange& range);

/// The affine quantiser of section 3.
class OracleQuantizer {
 public:
  OracleQuantizer(double min, double max, double levels);
  double operator()(double v) const;

 private:
  double min_, max_, levels_, scale_;
};

/// Runs one image ([C, H, W]); `graph` holds the weights before they are quantised. sigma is left empty
/// without noise.
OracleRun run_oracle(const Graph& graph, const std::vector<float>& image, const OracleSetup& setup = {});

/// max |a - b| / max |b|.
double relative_error(const std::vector<double>& reference, const float* found);

}  // namespace dpac::test
