#include "study/options/noise_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dpac {
namespace {

constexpr const char* kGroup = "Noise";

int32_t parse_repeats(const std::string& text) {
  NumberRule rule = from_to(1, kMostRepeats);
  rule.expected += " or the word energy";
  return parse_number<int32_t>("--repeat", text, rule);
}

void parse_repeat(const std::string& text, EnergySettings& settings) {
  settings.repeat_energy = text == "energy";
  if (!settings.repeat_energy) settings.repeats = parse_repeats(text);
}

}  // namespace

void add_noise_option(OptionSet& set, NoiseSettings& settings, const std::vector<std::string>& kinds) {
  set.heading(kGroup);
  set.sum({"--noise", "", "Noise of the analog operations; several with + between them act together"},
          settings.noise, kinds);
  add_noise_constants(set, settings);
}

void add_noise_constants(OptionSet& set, NoiseSettings& settings) {
  set.heading(kGroup);
  set.number({"--sigma-thermal", "S",
              fmt::format("Thermal noise at energy 1, in units of sqrt(D) and both operands' ranges [{}]",
                          NoiseConfig{}.sigma_thermal)},
             settings.sigma_thermal, non_negative_number());
  set.number({"--sigma-output", "S",
              fmt::format("Output noise at energy 1, in units of the range of a layer's output before its "
                          "activation [{}]",
                          NoiseConfig{}.sigma_output)},
             settings.sigma_output, non_negative_number());
  set.number({"--sigma-weight", "S",
              fmt::format("Weight noise at energy 1, in units of the range of a channel's weights [{}]",
                          NoiseConfig{}.sigma_weight)},
             settings.sigma_weight, non_negative_number());
  set.number(
      {"--sigma-programming", "C0[,C1,C2]",
       fmt::format("Programming noise at energy 1, c0 + c1 w + c2 w^2 with w = |W|, both in units of a "
                   "channel's largest weight [{:g}]",
                   fmt::join(NoiseConfig{}.programming, ","))},
      settings.sigma_programming, any_number());
  set.choice({"--dot-length", "",
              "D of a convolution with groups, in its noise: of the channels of one group, or of all of them "
              "as in the "
              "paper's code"},
             settings.dot_length,
             {std::string(name(DotLength::in_group)), std::string(name(DotLength::paper))});
}

void add_energy_options(OptionSet& set, EnergySettings& settings, const std::string& energy_help) {
  set.heading(kGroup);
  set.number({"--energy", "E", energy_help}, settings.energy, positive_number());
  set.path({"--energies", "FILE",
            "Energies per layer or channel: HDF5 with /energies/<layer>, or CSV with the header "
            "layer,channel,energy"},
           settings.file, FileRole::reads)
      .excludes({"--energy"});
  set.parsed({"--repeat", "K|energy",
              "Execute every operation K times at its energy and average; 'energy': round the energies, and "
              "execute E "
              "times at energy 1 [1]"},
             [&settings](const std::string& text) { parse_repeat(text, settings); })
      .checked([&settings] { (void)parse_repeats(fmt::format("{}", settings.repeats)); });
  set.flag({"--round-energy", "", "Round energies to whole numbers, at least 1"}, settings.round);
}

void add_seed_option(OptionSet& set, NoiseSettings& settings, const std::string& help) {
  set.heading(kGroup);
  set.number({"--seed", "S", help}, settings.seed);
}

void add_seeds_options(OptionSet& set, NoiseSettings& settings, const std::string& help) {
  set.heading(kGroup);
  set.number({"--seeds", "N", help}, settings.seeds, from_to(1, 1000000));
  set.number({"--wavelength-nm", "L", "Wavelength of the light in nm, for energies in aJ"},
             settings.wavelength_nm, positive_number());
}

void add_sweep_options(OptionSet& set, NoiseSettings& settings) {
  set.heading(kGroup);
  set.number({"--energies-sweep", "A,B,...", "Several uniform energies in one run"}, settings.energies.sweep,
             positive_number())
      .excludes({"--energy", "--energies"});
  add_seeds_options(set, settings);
}

}  // namespace dpac
