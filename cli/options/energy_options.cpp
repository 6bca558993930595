#include "cli/options/energy_options.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "cli/energies_file.h"
#include "cli/support/json.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Noise";

void check_energy(const std::string& option, double value, NoiseKind noise) {
  // As the engine stores it: neither of both may vanish or overflow.
  const auto stored = static_cast<float>(value);
  if (stored > 0 && std::isfinite(stored)) return;
  throw Error(
      fmt::format("{} is {}, expected a positive {}", option, value,
                  noise == NoiseKind::shot ? "number of photons per MAC" : "multiple of the base energy"));
}

std::vector<Energies> energies_of(const EnergyOptions& options, const std::vector<AnalogLayer>& layers) {
  if (!options.file.empty()) return {read_energies_file(options.file, layers)};
  if (options.energy) return {uniform_energies(layers, *options.energy)};
  std::vector<Energies> points;
  for (const double e : options.sweep) points.push_back(uniform_energies(layers, e));
  return points;
}

void parse_repeat(const std::string& text, EnergyOptions& options) {
  options.repeat_energy = text == "energy";
  if (options.repeat_energy) return;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), options.repeats);
  const bool number = failure == std::errc() && end == text.data() + text.size();
  if (number && options.repeats >= 1 && options.repeats <= kMostRepeats) return;
  throw CLI::ValidationError(
      "--repeat", fmt::format("'{}' is neither a number of executions from 1 to {} nor the word energy", text,
                              kMostRepeats));
}

}  // namespace

const char* EnergyOptions::given() const {
  if (energy) return "--energy";
  if (!file.empty()) return "--energies";
  if (!sweep.empty()) return "--energies-sweep";
  if (repeats != 1 || repeat_energy) return "--repeat";
  return round ? "--round-energy" : nullptr;
}

void EnergyOptions::check(NoiseKind noise) const {
  if (energy) check_energy("--energy", *energy, noise);
  for (const double e : sweep) check_energy("--energies-sweep", e, noise);
  if (energy || !file.empty() || !sweep.empty()) return;
  throw Error(fmt::format(
      "--noise {} needs an energy: give --energy E ({}, for instance 10), --energies FILE or "
      "--energies-sweep "
      "A,B,...",
      name(noise), noise == NoiseKind::shot ? "photons per MAC" : "a multiple of the base energy"));
}

std::vector<NoiseConfig> EnergyOptions::points(const std::vector<AnalogLayer>& layers,
                                               const NoiseConfig& base) const {
  std::vector<NoiseConfig> configs;
  for (Energies& energies : energies_of(*this, layers)) {
    NoiseConfig& config = configs.emplace_back(base);
    config.energies = round || repeat_energy ? rounded(std::move(energies)) : std::move(energies);
    if (repeat_energy) {
      config.repeats = as_repeats(layers, config.energies);
      config.energies = uniform_energies(layers, 1);
    } else if (repeats > 1) {
      config.repeats = uniform_repeats(layers, repeats);
    }
  }
  return configs;
}

void add_energy_options(CLI::App& app, EnergyOptions& options) {
  auto* energy =
      app.add_option("--energy", options.energy,
                     "Energy of every analog layer: photons per MAC for shot noise, a multiple of the "
                     "base energy for the others")
          ->type_name("E")
          ->group(kGroup);
  app.add_option("--energies", options.file,
                 "Energies per layer or channel: HDF5 with /energies/<layer>, or CSV with the header "
                 "layer,channel,energy")
      ->type_name("FILE")
      ->excludes(energy)
      ->group(kGroup);
  app.add_option_function<std::string>(
         "--repeat", [&options](const std::string& text) { parse_repeat(text, options); },
         "Execute every operation K times at its energy and average; 'energy': round the energies, and "
         "execute E "
         "times at energy 1 [1]")
      ->type_name("K|energy")
      ->group(kGroup);
  app.add_flag("--round-energy", options.round, "Round energies to whole numbers, at least 1")->group(kGroup);
}

void add_sweep_option(CLI::App& app, EnergyOptions& options) {
  auto* sweep = app.add_option("--energies-sweep", options.sweep, "Several uniform energies in one run")
                    ->type_name("A,B,...")
                    ->delimiter(',')
                    ->group(kGroup);
  for (const char* other : {"--energy", "--energies"}) {
    if (CLI::Option* option = app.get_option_no_throw(other)) sweep->excludes(option);
  }
}

void write(const EnergyOptions& options, nlohmann::ordered_json& json) {
  json["energy"] = or_null(options.energy);
  json["energies"] = or_null(options.file);
  json["energies_sweep"] = options.sweep;
  if (options.repeat_energy) {
    json["repeat"] = "energy";
  } else {
    json["repeat"] = options.repeats;
  }
  json["round_energy"] = options.round;
}

}  // namespace dpac::cli
