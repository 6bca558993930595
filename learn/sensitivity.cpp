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
  std::vector<double> roots = channel_roots(sensitivities);
  for (double& root : roots) root *= std::sqrt(static_cast<double>(sensitivities.size()) / macs);
  return roots;
}

/// sums += factor * values; empty sums are zeros.
void add_to(ChannelValues& sums, const ChannelValues& values, double factor) {
  assert(sums.empty() || sums.size() == values.size());
  sums.resize(values.size());
  for (std::size_t l = 0; l < sums.size(); ++l) {
    sums[l].resize(values[l].size(), 0.0);
    for (std::size_t c = 0; c < sums[l].size(); ++c) sums[l][c] += factor * values[l][c];
  }
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
  if (noise_.energies.empty()) noise_.energies = uniform_energies(differentiator.layers(), 1);
}

void SensitivityEstimate::add(const Inputs& inputs, std::span<const int64_t> samples) {
  ++batches_;
  differentiator_.set_noise(noise_, batch_shares_noise() ? batches_ : 1);
  const BatchDerivative batch = differentiator_.run(inputs, samples, own_prediction(samples, noise_.seed));
  add_to(sums_, batch.values, static_cast<double>(samples.size()));
  for (const ChannelValues& sample : batch.by_sample) {
    const int64_t number = batch_shares_noise() ? batches_ - 1 : samples_;
    const std::size_t part = static_cast<std::size_t>(number) % kFolds;
    parts_.resize(std::max(parts_.size(), part + 1));
    add_to(parts_[part], sample, 1);
    ++samples_;
  }
}

ChannelValues SensitivityEstimate::shrunk_sensitivities() const {
  return shrunk(sensitivities(), credibilities(parts_));
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
