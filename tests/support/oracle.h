/// @file
/// The network in plain double precision, written from spec/noise.md and not from the kernels: slow and
/// obvious.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/graph.h"
#include "engine/noise_config.h"

namespace dpac::test {

/// One analog operation of one sample, [C, H, W].
struct OracleLayer {
  std::vector<double> input, pre, sigma, noisy;
};

struct OracleRun {
  std::vector<OracleLayer> layers;
  std::vector<double> logits;
};

/// Runs one image ([C, H, W]). With energies, adds sigma xi, where xi(layer, element) is asked from `noise`
/// for the element's plain index (channel, row, column); without, sigma is left empty.
using NoiseSource = std::function<double(int layer, int64_t channel, int64_t pixel, int64_t pixels)>;
OracleRun run_oracle(const Graph& graph, const std::vector<float>& image, const Energies& energies = {},
                     const NoiseSource& noise = {});

/// max |a - b| / max |b|.
double relative_error(const std::vector<double>& reference, const float* found);

}  // namespace dpac::test
