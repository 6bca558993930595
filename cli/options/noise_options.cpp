#include "cli/options/noise_options.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "engine/energy.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Noise";

/// A sigma acts on one kind of noise only.
void check_sigma(const std::string& option, const std::optional<double>& sigma, NoiseKind its,
                 NoiseKind chosen) {
  if (!sigma) return;
  if (!(*sigma >= 0) || !std::isfinite(*sigma)) {
    throw Error(fmt::format("{} is {}, expected a number that is not negative", option, *sigma));
  }
  if (chosen != its) {
    throw Error(
        fmt::format("{} was given, but the noise is '{}': add --noise {}", option, name(chosen), name(its)));
  }
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
  if (!(wavelength_nm > 0) || !std::isfinite(wavelength_nm)) {
    throw Error(
        fmt::format("--wavelength-nm is {}, expected a positive number of nanometres", wavelength_nm));
  }
  check_sigma("--sigma-thermal", sigma_thermal, NoiseKind::thermal, kind());
  check_sigma("--sigma-weight", sigma_weight, NoiseKind::weight, kind());
  if (!energies_given) return;
  if (kind() != NoiseKind::none) return energies.check(kind());
  if (const char* given = energies.given()) {
    throw Error(fmt::format(
        "{} was given, but there is no noise for it to act on: add --noise shot, thermal or weight", given));
  }
}

NoiseConfig NoiseOptions::base() const {
  NoiseConfig config{.kind = kind(), .energies = {}, .seed = seed};
  config.sigma_thermal = sigma_thermal.value_or(config.sigma_thermal);
  config.sigma_weight = sigma_weight.value_or(config.sigma_weight);
  return config;
}

std::optional<double> NoiseOptions::photon_aj() const {
  if (kind() != NoiseKind::shot) return std::nullopt;
  return photon_energy_aj(wavelength_nm);
}

std::vector<NoiseConfig> NoiseOptions::points(const std::vector<AnalogLayer>& layers) const {
  if (kind() == NoiseKind::none) return {base()};
  return energies.points(paying_layers(layers, kind()), base());
}

std::vector<uint64_t> NoiseOptions::seed_list() const {
  if (kind() == NoiseKind::none) return {};
  std::vector<uint64_t> list;
  for (int i = 0; i < seeds; ++i) list.push_back(seed + static_cast<uint64_t>(i));
  return list;
}

void add_noise_option(CLI::App& app, NoiseOptions& options, const std::vector<std::string>& kinds) {
  app.add_option("--noise", options.noise, "Noise of the analog operations")
      ->type_name("KIND")
      ->check(CLI::IsMember(kinds))
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--sigma-thermal", options.sigma_thermal,
                 fmt::format("Thermal noise at energy 1, in units of sqrt(D) and both operands' ranges [{}]",
                             NoiseConfig{}.sigma_thermal))
      ->type_name("S")
      ->group(kGroup);
  app.add_option("--sigma-weight", options.sigma_weight,
                 fmt::format("Weight noise at energy 1, in units of the range of a channel's weights [{}]",
                             NoiseConfig{}.sigma_weight))
      ->type_name("S")
      ->group(kGroup);
}

void add_seed_option(CLI::App& app, NoiseOptions& options) {
  app.add_option("--seed", options.seed, "Seed of the noise (of several, the first)")
      ->type_name("S")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(kGroup);
}

void add_sweep_options(CLI::App& app, NoiseOptions& options) {
  add_sweep_option(app, options.energies);
  add_seeds_options(app, options);
}

void add_seeds_options(CLI::App& app, NoiseOptions& options) {
  app.add_option("--seeds", options.seeds, "Number of seeds S, S+1, ... to average over")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--wavelength-nm", options.wavelength_nm,
                 "Wavelength of the light in nm, for energies in aJ")
      ->type_name("L")
      ->capture_default_str()
      ->group(kGroup);
}

void write(const NoiseOptions& options, nlohmann::ordered_json& json) {
  json["noise"] = options.noise;
  if (options.energies_given) write(options.energies, json);
  json["sigma_thermal"] = options.sigma_thermal.value_or(NoiseConfig{}.sigma_thermal);
  json["sigma_weight"] = options.sigma_weight.value_or(NoiseConfig{}.sigma_weight);
  json["wavelength_nm"] = options.wavelength_nm;
  json["seed"] = options.seed;
  json["seeds"] = options.seeds;
}

}  // namespace dpac::cli
