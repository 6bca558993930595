#include "learn/sensitivity.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "kernels/error.h"

namespace dpac {
namespace {

/// The least energy, as a share of what the most sensitive layer or channel gets.
constexpr double kLeastOfLargest = 1e-4;

/// sqrt(s / MACs) of the parameters of a layer, of `macs` in all.
std::vector<double> roots_of(const std::vector<double>& sensitivities, Granularity per, double macs) {
  if (per == Granularity::layer) {
    return {std::sqrt(std::accumulate(sensitivities.begin(), sensitivities.end(), 0.0) / macs)};
  }
  const auto channels = static_cast<double>(sensitivities.size());
  std::vector<double> roots;
  for (const double s : sensitivities) roots.push_back(std::sqrt(s * channels / macs));
  const double least = kLeastShare * std::accumulate(roots.begin(), roots.end(), 0.0) / channels;
  for (double& root : roots) root = std::max(root, least);
  return roots;
}

void check_shape(const std::vector<AnalogLayer>& layers, const ChannelValues& values) {
  const bool fits = std::equal(layers.begin(), layers.end(), values.begin(), values.end(),
                               [](const AnalogLayer& layer, const std::vector<double>& own) {
                                 return static_cast<std::size_t>(layer.out_channels) == own.size();
                               });
  if (!fits) throw Error("the sensitivities are not one for each output channel of this network");
}

}  // namespace

SensitivityEstimate::SensitivityEstimate(Differentiator& differentiator, const NoiseConfig& noise)
    : differentiator_(differentiator), noise_(noise) {
  noise_.energies = uniform_energies(differentiator.layers(), 1);
}

void SensitivityEstimate::add(const Inputs& inputs, std::span<const int64_t> samples) {
  differentiator_.set_noise(noise_, ++batches_);
  const BatchDerivative batch = differentiator_.run(inputs, samples, own_prediction(samples, noise_.seed));
  const auto n = static_cast<double>(samples.size());
  assert(sums_.empty() || sums_.size() == batch.values.size());
  sums_.resize(batch.values.size());
  for (std::size_t l = 0; l < sums_.size(); ++l) {
    sums_[l].resize(batch.values[l].size(), 0.0);
    for (std::size_t c = 0; c < sums_[l].size(); ++c) sums_[l][c] += n * batch.values[l][c];
  }
  samples_ += static_cast<int64_t>(samples.size());
}

ChannelValues SensitivityEstimate::sensitivities() const {
  if (samples_ == 0) throw Error("sensitivities need at least one batch of samples");
  ChannelValues means = sums_;
  for (auto& layer : means) {
    for (double& s : layer) s /= static_cast<double>(samples_);
  }
  return means;
}

Energies analytic_energies(const std::vector<AnalogLayer>& layers, const ChannelValues& sensitivities,
                           Granularity per, double energy_per_mac) {
  check_shape(layers, sensitivities);
  ChannelValues roots;
  double largest = 0;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (layers[l].macs == 0) {  // It has no energy, and keeps a placeholder.
      roots.push_back({0});
      continue;
    }
    roots.push_back(roots_of(sensitivities[l], per, static_cast<double>(layers[l].macs)));
    largest = std::max(largest, *std::max_element(roots[l].begin(), roots[l].end()));
  }
  double whole = 0;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    for (double& root : roots[l]) {
      root = std::max(root, kLeastOfLargest * largest);
      whole += root * static_cast<double>(layers[l].macs) / static_cast<double>(roots[l].size());
    }
  }
  if (!(whole > 0 && std::isfinite(whole))) {
    throw Error("the noise of no layer changes the loss, or it is not finite: there is no closed form");
  }
  const double scale = energy_per_mac * static_cast<double>(total_macs(layers)) / whole;
  Energies energies(layers.size());
  for (std::size_t l = 0; l < layers.size(); ++l) {
    for (const double root : roots[l]) energies[l].push_back(static_cast<float>(scale * root));
  }
  check_noise(layers, {.kind = NoiseKind::shot, .energies = energies});  // They may leave float32's range.
  return energies;
}

}  // namespace dpac
