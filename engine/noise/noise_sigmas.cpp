#include "engine/noise/noise_sigmas.h"

#include <algorithm>
#include <cmath>

#include "engine/ops/analog/analog.h"

namespace dpac {
namespace {

/// ||W_i|| over a part of the kernel, for every output channel.
void append_norms(const LayerFacts& facts, const KernelPart& part, NoiseSigmas& norms) {
  const int64_t height = facts.window.kernel_height, width = facts.window.kernel_width;
  const int64_t in_channels = dot_length_of(*facts.weights) / (height * width);
  const float* w = facts.weights->values().data();
  for (int64_t c = 0; c < facts.weights->dim(0); ++c) {
    double sum = 0;
    for (int64_t i = c * in_channels; i < (c + 1) * in_channels; ++i) {
      for (int64_t r = part.rows.begin; r < part.rows.end; ++r) {
        for (int64_t s = part.columns.begin; s < part.columns.end; ++s) {
          const auto tap = static_cast<double>(w[(i * height + r) * width + s]);
          sum += tap * tap;
        }
      }
    }
    norms.push_back(std::sqrt(sum));
  }
}

template <class Sigma>
NoiseSigmas of_channels(const LayerFacts& facts, const Sigma& sigma) {
  NoiseSigmas sigmas;
  for (const ValueRange& range : facts.weight_ranges) sigmas.push_back(sigma(range));
  return sigmas;
}

}  // namespace

NoiseSigmas shot_sigmas(const LayerFacts& facts) {
  if (facts.weights == nullptr) return {1.0};
  NoiseSigmas norms;
  for (const KernelPart& part : facts.parts) append_norms(facts, part, norms);
  return norms;
}

NoiseSigmas thermal_sigmas(const LayerFacts& facts) {
  const auto input = static_cast<double>(facts.ranges.input.width());
  if (facts.weights == nullptr) return {input * static_cast<double>(facts.ranges.second.width())};
  return of_channels(facts, [&](const ValueRange& range) { return input * range.width(); });
}

NoiseSigmas output_sigmas(const LayerFacts& facts) {
  const std::size_t channels = facts.weights == nullptr ? 1 : static_cast<std::size_t>(facts.weights->dim(0));
  return NoiseSigmas(channels, static_cast<double>(facts.ranges.output.width()));
}

NoiseSigmas weight_sigmas(const LayerFacts& facts) {
  return of_channels(facts, [](const ValueRange& range) { return range.width(); });
}

NoiseSigmas programming_sigmas(const LayerFacts& facts) {
  return of_channels(facts, [](const ValueRange& range) {
    return std::max(std::abs(static_cast<double>(range.min)), std::abs(static_cast<double>(range.max)));
  });
}

}  // namespace dpac
