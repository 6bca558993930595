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

namespace dpac::test {

/// One analog operation of one sample, [C, H, W].
struct OracleLayer {
  std::vector<double> input, pre, sigma, noisy;
};

struct OracleRun {
  std::vector<OracleLayer> layers;
  std::vector<double> logits;
};

/// xi(layer, channel, pixel, pixels, repeat): a standard normal for an element of an output.
using NoiseSource =
    std::function<double(int layer, int64_t channel, int64_t pixel, int64_t pixels, int repeat)>;

/// xi(layer, element, repeat): the same for an element of a layer's weights.
using WeightNoiseSource = std::function<double(int layer, int64_t element, int repeat)>;

/// What the network runs with; the default is clean.
struct OracleSetup {
  NoiseConfig noise = {};
  NoiseSource xi = {};
  WeightNoiseSource weight_xi = {};
  Quantization quantization = {};
  /// The input a layer really had, to be used instead of the oracle's own: a value on a rounding edge of a
  /// quantiser then makes no difference beyond its layer. May be empty.
  std::function<const std::vector<float>&(int layer)> observed_input = {};
  /// Shot and thermal noise: the standard deviations of an earlier run, in place of this run's, and what they
  /// are multiplied by. May be null and empty.
  const std::vector<OracleLayer>* frozen = nullptr;
  std::function<double(int layer, int64_t channel)> frozen_factor = {};
};

/// Of an output channel of a layer.
double energy_of(const NoiseConfig& noise, int layer, int64_t channel);
int repeats_of(const NoiseConfig& noise, int layer, int64_t channel);

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
