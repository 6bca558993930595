#include "cli/options/noise_options.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "cli/support/usage_error.h"
#include "engine/noise/energy.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Noise";

/// A sigma acts on one kind of noise only.
void check_sigma(const std::string& option, const std::optional<double>& sigma, NoiseKind its,
                 NoiseKind chosen) {
  if (!sigma || chosen == its) return;
  throw UsageError(
      fmt::format("{} was given, but the noise is '{}': add --noise {}", option, name(chosen), name(its)));
}

}  // namespace

std::vector<std::string> noisy_kinds() {
  return {"shot", "thermal", "weight"};
}

NoiseKind NoiseOptions::kind() const {
  for (const NoiseKind kind : {NoiseKind::shot, NoiseKind::thermal, NoiseKind::weight}) {
    if (name(kind) == noise) return kind;
  }
  return NoiseKind::none;
}

void NoiseOptions::check() const {
  check_sigma("--sigma-thermal", sigma_thermal, NoiseKind::thermal, kind());
  check_sigma("--sigma-weight", sigma_weight, NoiseKind::weight, kind());
  if (dot_length != name(DotLength::in_group) && kind() != NoiseKind::shot && kind() != NoiseKind::thermal) {
    throw UsageError(fmt::format(
        "--dot-length {} was given, but the noise is '{}', whose sigma has no D: add --noise shot or thermal",
        dot_length, noise));
  }
  if (seed > std::numeric_limits<uint64_t>::max() - static_cast<uint64_t>(seeds - 1)) {
    throw UsageError(fmt::format(
        "--seed {} leaves no room for --seeds {}: the last seed would be beyond 2^64 - 1", seed, seeds));
  }
  if (!energies_given) return;
  if (kind() != NoiseKind::none) return energies.check(kind());
  if (const char* given = energies.given()) {
    throw UsageError(fmt::format(
        "{} was given, but there is no noise for it to act on: add --noise shot, thermal or weight", given));
  }
}

void NoiseOptions::check_groups(const std::vector<AnalogLayer>& layers) const {
  if (dot_length == name(DotLength::in_group)) return;
  const bool grouped =
      std::any_of(layers.begin(), layers.end(), [](const AnalogLayer& layer) { return layer.groups > 1; });
  if (!grouped) {
    throw UsageError(fmt::format(
        "--dot-length {} was given, but no layer of this network has groups: leave it out", dot_length));
  }
}

NoiseConfig NoiseOptions::base() const {
  NoiseConfig config{.kind = kind(), .energies = {}, .seed = seed};
  config.sigma_thermal = sigma_thermal.value_or(config.sigma_thermal);
  config.sigma_weight = sigma_weight.value_or(config.sigma_weight);
  config.dot_length = dot_length == name(DotLength::paper) ? DotLength::paper : DotLength::in_group;
  return config;
}

std::optional<double> NoiseOptions::photon_aj() const {
  if (kind() != NoiseKind::shot) return std::nullopt;
  return photon_energy_aj(wavelength_nm);
}

std::vector<NoiseConfig> NoiseOptions::points(const std::vector<AnalogLayer>& layers) const {
  if (kind() == NoiseKind::none) return {base()};
  check_groups(layers);
  return energies.points(paying_layers(layers, kind()), base());
}

std::vector<uint64_t> NoiseOptions::seed_list() const {
  if (kind() == NoiseKind::none) return {};
  std::vector<uint64_t> list;
  for (int i = 0; i < seeds; ++i) list.push_back(seed + static_cast<uint64_t>(i));
  return list;
}

void add_noise_option(OptionSet& set, NoiseOptions& options, const std::vector<std::string>& kinds) {
  set.heading(kGroup);
  set.choice({"--noise", "", "Noise of the analog operations"}, options.noise, kinds);
  add_noise_constants(set, options);
}

void add_noise_constants(OptionSet& set, NoiseOptions& options) {
  set.heading(kGroup);
  set.number({"--sigma-thermal", "S",
              fmt::format("Thermal noise at energy 1, in units of sqrt(D) and both operands' ranges [{}]",
                          NoiseConfig{}.sigma_thermal)},
             options.sigma_thermal, non_negative_number());
  set.number({"--sigma-weight", "S",
              fmt::format("Weight noise at energy 1, in units of the range of a channel's weights [{}]",
                          NoiseConfig{}.sigma_weight)},
             options.sigma_weight, non_negative_number());
  set.choice({"--dot-length", "",
              "D of a convolution with groups, in its noise: of the channels of one group, or of all of them "
              "as in the "
              "paper's code"},
             options.dot_length,
             {std::string(name(DotLength::in_group)), std::string(name(DotLength::paper))});
}

void add_seed_option(OptionSet& set, NoiseOptions& options, const std::string& help) {
  set.heading(kGroup);
  set.number({"--seed", "S", help}, options.seed);
}

void add_sweep_options(OptionSet& set, NoiseOptions& options) {
  add_sweep_option(set, options.energies);
  add_seeds_options(set, options);
}

void add_seeds_options(OptionSet& set, NoiseOptions& options, const std::string& help) {
  set.heading(kGroup);
  set.number({"--seeds", "N", help}, options.seeds, from_to(1, 1000000));
  set.number({"--wavelength-nm", "L", "Wavelength of the light in nm, for energies in aJ"},
             options.wavelength_nm, positive_number());
}

void write(const NoiseOptions& options, Json& json) {
  json["noise"] = options.noise;
  if (options.energies_given) write(options.energies, json);
  json["sigma_thermal"] = options.sigma_thermal.value_or(NoiseConfig{}.sigma_thermal);
  json["sigma_weight"] = options.sigma_weight.value_or(NoiseConfig{}.sigma_weight);
  json["dot_length"] = options.dot_length;
  json["wavelength_nm"] = options.wavelength_nm;
  json["seed"] = options.seed;
  json["seeds"] = options.seeds;
}

}  // namespace dpac::cli
