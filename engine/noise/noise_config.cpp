#include "engine/noise/noise_config.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/noise/noise_models.h"
#include "kernels/error.h"

namespace dpac {
namespace {

/// @throws Error unless `values` has an entry per layer, of one value or one per output channel.
template <class Value>
void check_shape(const std::vector<AnalogLayer>& layers, const std::vector<std::vector<Value>>& values,
                 std::string_view what) {
  if (values.size() != layers.size()) {
    throw Error(fmt::format("{} for {} layers were given, but the network has {} analog layers", what,
                            values.size(), layers.size()));
  }
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const auto channels = static_cast<std::size_t>(layers[l].out_channels);
    if (values[l].size() == 1 || values[l].size() == channels) continue;
    throw Error(fmt::format("layer '{}': {} {} were given, expected 1 or one per output channel ({})",
                            layers[l].name, values[l].size(), what, channels));
  }
}

void check_energies(const std::vector<AnalogLayer>& layers, const Energies& energies) {
  check_shape(layers, energies, "energies");
  for (std::size_t l = 0; l < layers.size(); ++l) {
    for (const float e : energies[l]) {
      if (e > 0 && std::isfinite(e)) continue;
      throw Error(
          fmt::format("layer '{}': the energy per MAC is {}, expected a positive number", layers[l].name, e));
    }
  }
}

void check_repeats(const std::vector<AnalogLayer>& layers, const Repeats& repeats) {
  if (repeats.empty()) return;
  check_shape(layers, repeats, "repeats");
  for (std::size_t l = 0; l < layers.size(); ++l) {
    for (const int32_t k : repeats[l]) {
      if (k >= 1 && k <= kMostRepeats) continue;
      throw Error(fmt::format("layer '{}': {} repeats were asked for, expected 1 to {}", layers[l].name, k,
                              kMostRepeats));
    }
  }
}

void check_sigma(std::string_view what, double sigma) {
  if (sigma >= 0 && std::isfinite(sigma)) return;
  throw Error(fmt::format("the {} is {}, expected a number that is not negative", what, sigma));
}

void check_programming(const std::array<double, 3>& constants) {
  const auto finite = [](double c) { return std::isfinite(c); };
  if (constants[0] >= 0 && std::all_of(constants.begin(), constants.end(), finite)) return;
  throw Error(
      fmt::format("the constants of programming noise are {}, expected numbers of which the first is "
                  "not negative",
                  fmt::join(constants, ", ")));
}

}  // namespace

std::string_view name(DotLength length) {
  constexpr std::array<std::string_view, 2> kNames = {"in-group", "paper"};
  return kNames.at(static_cast<std::size_t>(length));
}

std::vector<AnalogLayer> paying_layers(std::vector<AnalogLayer> layers, NoiseKind kind) {
  for (AnalogLayer& layer : layers) {
    if (!noise_traits(kind).perturbs_outputs && kind != NoiseKind::none && !layer.has_weights) layer.macs = 0;
  }
  return layers;
}

bool same_but_seed(const NoiseConfig& a, const NoiseConfig& b) {
  return a.kind == b.kind && a.energies == b.energies && a.repeats == b.repeats &&
         a.sigma_thermal == b.sigma_thermal && a.sigma_output == b.sigma_output &&
         a.sigma_weight == b.sigma_weight && a.programming == b.programming && a.dot_length == b.dot_length;
}

Energies uniform_energies(const std::vector<AnalogLayer>& layers, double energy) {
  Energies energies(layers.size(), {static_cast<float>(energy)});
  check_energies(layers, energies);
  return energies;
}

Repeats uniform_repeats(const std::vector<AnalogLayer>& layers, int32_t repeats) {
  return Repeats(layers.size(), {repeats});
}

Energies rounded(Energies energies) {
  for (auto& layer : energies) {
    for (float& e : layer) e = std::max(1.0f, std::nearbyint(e));
  }
  return energies;
}

Repeats as_repeats(const std::vector<AnalogLayer>& layers, const Energies& energies) {
  Repeats repeats;
  for (std::size_t l = 0; l < energies.size(); ++l) {
    repeats.emplace_back();
    for (const float e : energies[l]) {
      if (e > static_cast<float>(kMostRepeats)) {
        throw Error(fmt::format("layer '{}': an energy of {} as repeats is more than {}", layers.at(l).name,
                                e, kMostRepeats));
      }
      repeats.back().push_back(static_cast<int32_t>(e));
    }
  }
  return repeats;
}

void check_noise(const std::vector<AnalogLayer>& layers, const NoiseConfig& config) {
  check_sigma("sigma of thermal noise", config.sigma_thermal);
  check_sigma("sigma of output noise", config.sigma_output);
  check_sigma("sigma of weight noise", config.sigma_weight);
  check_programming(config.programming);
  if (config.kind == NoiseKind::none) return;
  check_energies(layers, config.energies);
  check_repeats(layers, config.repeats);
}

}  // namespace dpac
