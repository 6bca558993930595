#include "cli/options/noise_options.h"

#include <cmath>

#include <fmt/format.h>

#include "cli/energies_file.h"
#include "cli/support/json.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Noise";

void check_needs_noise(const NoiseOptions& options) {
  const char* given = options.energy                   ? "--energy"
                      : !options.energies_file.empty() ? "--energies"
                      : !options.sweep.empty()         ? "--energies-sweep"
                                                       : nullptr;
  if (given != nullptr) {
    throw Error(fmt::format("{} was given, but there is no noise for it to act on: add --noise shot", given));
  }
}

}  // namespace

void check_energy(const std::string& option, double value) {
  // As the engine stores it: neither of both may vanish or overflow.
  const auto stored = static_cast<float>(value);
  if (!(stored > 0) || !std::isfinite(stored)) {
    throw Error(fmt::format("{} is {}, expected a positive number of photons per MAC", option, value));
  }
}

void NoiseOptions::check() const {
  if (!(wavelength_nm > 0) || !std::isfinite(wavelength_nm)) {
    throw Error(
        fmt::format("--wavelength-nm is {}, expected a positive number of nanometres", wavelength_nm));
  }
  if (kind() == NoiseKind::none) return check_needs_noise(*this);
  if (energy) check_energy("--energy", *energy);
  for (const double e : sweep) check_energy("--energies-sweep", e);
  if (!energy && energies_file.empty() && sweep.empty()) {
    throw Error(
        "--noise shot needs an energy: give --energy E (photons per MAC, for instance 10), --energies FILE "
        "or "
        "--energies-sweep A,B,...");
  }
}

std::vector<Energies> NoiseOptions::energies(const std::vector<AnalogLayer>& layers) const {
  if (kind() == NoiseKind::none) return {Energies{}};
  if (!energies_file.empty()) return {read_energies_file(energies_file, layers)};
  if (energy) return {uniform_energies(layers, *energy)};
  std::vector<Energies> points;
  for (const double e : sweep) points.push_back(uniform_energies(layers, e));
  return points;
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
}

void add_energy_options(CLI::App& app, NoiseOptions& options) {
  auto* energy =
      app.add_option("--energy", options.energy, "Energy of every analog layer, in photons per MAC")
          ->type_name("E")
          ->group(kGroup);
  app.add_option(
         "--energies", options.energies_file,
         "Energies per layer or channel, in photons per MAC: HDF5 with /energies/<layer>, or CSV with the "
         "header layer,channel,energy")
      ->type_name("FILE")
      ->excludes(energy)
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
  auto* sweep = app.add_option("--energies-sweep", options.sweep,
                               "Several uniform energies in one run, in photons per MAC")
                    ->type_name("A,B,...")
                    ->delimiter(',')
                    ->group(kGroup);
  for (const char* other : {"--energy", "--energies"}) {
    if (CLI::Option* option = app.get_option_no_throw(other)) sweep->excludes(option);
  }
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
  json["energy"] = or_null(options.energy);
  json["energies"] = or_null(options.energies_file);
  json["energies_sweep"] = options.sweep;
  json["wavelength_nm"] = options.wavelength_nm;
  json["seed"] = options.seed;
  json["seeds"] = options.seeds;
}

}  // namespace dpac::cli
