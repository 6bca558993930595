#include "learn/precision_parameters.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

std::string_view name(Granularity per) {
  constexpr std::array<std::string_view, 2> kNames = {"layer", "channel"};
  return kNames.at(static_cast<std::size_t>(per));
}

PrecisionParameters::PrecisionParameters(std::vector<AnalogLayer> layers, Granularity per,
                                         const Energies& start, bool rounded)
    : layers_(std::move(layers)), rounded_(rounded), first_{0} {
  check_noise(layers_, {.kind = NoiseKind::shot, .energies = start});
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const auto channels = static_cast<std::size_t>(layers_[l].out_channels);
    const std::size_t own = per == Granularity::channel ? channels : 1;
    if (start[l].size() > own) {
      throw Error(fmt::format("layer '{}': {} energies to start from, expected 1, for it has one parameter",
                              layers_[l].name, start[l].size()));
    }
    for (std::size_t i = 0; i < own; ++i) {
      log_energies_.push_back(std::log(static_cast<double>(start[l][start[l].size() == 1 ? 0 : i])));
    }
    first_.push_back(log_energies_.size());
  }
}

double PrecisionParameters::energy_of(std::size_t parameter) const {
  assert(parameter < log_energies_.size());
  const double energy = std::exp(log_energies_[parameter]);
  return rounded_ ? std::max(1.0, std::nearbyint(energy)) : energy;
}

Energies PrecisionParameters::energies() const {
  Energies energies(layers_.size());
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    for (std::size_t i = first_[l]; i < first_[l + 1]; ++i) {
      energies[l].push_back(static_cast<float>(energy_of(i)));
    }
  }
  return energies;
}

/// Multiply-accumulates of layer l that one of its parameters pays for.
double PrecisionParameters::macs_of(std::size_t layer) const {
  return static_cast<double>(layers_[layer].macs) / static_cast<double>(first_[layer + 1] - first_[layer]);
}

double PrecisionParameters::energy_per_mac() const {
  double energy = 0;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    for (std::size_t i = first_[l]; i < first_[l + 1]; ++i) energy += energy_of(i) * macs_of(l);
  }
  return energy / static_cast<double>(total_macs(layers_));
}

std::vector<double> PrecisionParameters::energy_gradient() const {
  const double whole = energy_per_mac() * static_cast<double>(total_macs(layers_));
  std::vector<double> gradient;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    for (std::size_t i = first_[l]; i < first_[l + 1]; ++i) {
      gradient.push_back(energy_of(i) * macs_of(l) / whole);
    }
  }
  return gradient;
}

std::vector<double> PrecisionParameters::gathered(const ChannelValues& gradient) const {
  assert(gradient.size() == layers_.size());
  std::vector<double> result(log_energies_.size(), 0.0);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const bool whole_layer = first_[l + 1] - first_[l] == 1;
    assert(whole_layer || gradient[l].size() == first_[l + 1] - first_[l]);
    for (std::size_t c = 0; c < gradient[l].size(); ++c) {
      result[first_[l] + (whole_layer ? 0 : c)] += gradient[l][c];
    }
  }
  return result;
}

}  // namespace dpac
