#include "cli/options/energy_options.h"

#include <cmath>

#include <fmt/format.h>

#include "cli/energies_file.h"
#include "cli/support/json.h"
#include "cli/support/usage_error.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Noise";

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
  NumberRule rule = from_to(1, kMostRepeats);
  rule.expected += " or the word energy";
  options.repeats = parse_number<int32_t>("--repeat", text, rule);
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
  if (energy || !file.empty() || !sweep.empty()) return;
  throw UsageError(fmt::format(
      "--noise {} needs an energy: give --energy E ({}, for instance 10), --energies FILE or "
      "--energies-sweep A,B,...",
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

void add_energy_options(OptionSet& set, EnergyOptions& options, const std::string& energy_help) {
  set.heading(kGroup);
  set.number({"--energy", "E", energy_help}, options.energy, positive_number());
  set.path({"--energies", "FILE",
            "Energies per layer or channel: HDF5 with /energies/<layer>, or CSV with the header "
            "layer,channel,energy"},
           options.file, FileRole::reads)
      .excludes({"--energy"});
  set.parsed({"--repeat", "K|energy",
              "Execute every operation K times at its energy and average; 'energy': round the energies, and "
              "execute E "
              "times at energy 1 [1]"},
             [&options](const std::string& text) { parse_repeat(text, options); });
  set.flag({"--round-energy", "", "Round energies to whole numbers, at least 1"}, options.round);
}

void add_sweep_option(OptionSet& set, EnergyOptions& options) {
  set.heading(kGroup);
  set.number({"--energies-sweep", "A,B,...", "Several uniform energies in one run"}, options.sweep,
             positive_number())
      .excludes({"--energy", "--energies"});
}

void write(const EnergyOptions& options, Json& json) {
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
