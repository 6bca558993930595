#include "study/settings/noise_settings.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/noise/energy.h"
#include "engine/noise/noise_models.h"
#include "study/energies/energies_file.h"
#include "study/settings/setting_error.h"

namespace dpac {
namespace {

std::vector<Energies> energies_of(const EnergySettings& settings, const std::vector<AnalogLayer>& layers) {
  if (settings.values) return {*settings.values};
  if (!settings.file.empty()) return {read_energies_file(settings.file, layers)};
  if (settings.energy) return {uniform_energies(layers, *settings.energy)};
  std::vector<Energies> points;
  for (const double e : settings.sweep) points.push_back(uniform_energies(layers, e));
  return points;
}

/// "shot, thermal or weight".
std::string any_of(bool (*fits)(const NoiseModel&)) {
  std::vector<std::string_view> names;
  for (const NoiseModel& model : noise_models()) {
    if (fits(model)) names.push_back(model.name);
  }
  const std::string_view last = names.back();
  names.pop_back();
  return fmt::format("{} or {}", fmt::join(names, ", "), last);
}

}  // namespace

const char* EnergySettings::given() const {
  if (energy) return "--energy";
  if (!file.empty() || values) return "--energies";
  if (!sweep.empty()) return "--energies-sweep";
  if (repeats != 1 || repeat_energy) return "--repeat";
  return round ? "--round-energy" : nullptr;
}

void EnergySettings::check(NoiseKind noise) const {
  const int sources =
      int{energy.has_value()} + int{!file.empty()} + int{!sweep.empty()} + int{values.has_value()};
  if (sources > 1) {
    throw SettingError(
        "energies were given in several ways, of --energy, --energies and --energies-sweep: give one");
  }
  if (sources == 1) return;
  throw SettingError(
      fmt::format("--noise {} needs an energy: give --energy E ({}, for instance 10), --energies FILE or "
                  "--energies-sweep A,B,...",
                  name(noise), noise_traits(noise).energy_unit));
}

std::vector<NoiseConfig> EnergySettings::points(const std::vector<AnalogLayer>& layers,
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

std::vector<std::string> noisy_kinds() {
  std::vector<std::string> kinds;
  for (const NoiseModel& model : noise_models()) kinds.emplace_back(model.name);
  return kinds;
}

std::vector<std::string> all_kinds() {
  std::vector<std::string> kinds = noisy_kinds();
  kinds.insert(kinds.begin(), name(NoiseKind::none));
  return kinds;
}

NoiseKind NoiseSettings::kind() const {
  try {
    return noise_kind(noise);
  } catch (const Error& error) {
    throw SettingError(fmt::format("--noise: {}", error.what()));
  }
}

std::vector<GivenConstant> NoiseSettings::given_constants() const {
  std::vector<GivenConstant> given;
  if (sigma_thermal) given.push_back({"--sigma-thermal", NoiseKind::thermal});
  if (sigma_output) given.push_back({"--sigma-output", NoiseKind::output});
  if (sigma_weight) given.push_back({"--sigma-weight", NoiseKind::weight});
  if (!sigma_programming.empty()) given.push_back({"--sigma-programming", NoiseKind::programming});
  return given;
}

NoiseSettings NoiseSettings::of(const std::string& other) const {
  NoiseSettings settings = *this;
  settings.noise = other;
  const NoiseKind kind = settings.kind();
  if (!kind.has(NoiseKind::thermal)) settings.sigma_thermal.reset();
  if (!kind.has(NoiseKind::output)) settings.sigma_output.reset();
  if (!kind.has(NoiseKind::weight)) settings.sigma_weight.reset();
  if (!kind.has(NoiseKind::programming)) settings.sigma_programming.clear();
  if (!noise_traits(kind).depends_on_length) settings.dot_length = name(DotLength::in_group);
  return settings;
}

void NoiseSettings::check() const {
  for (const GivenConstant& given : given_constants()) {
    if (kind().has(given.noise)) continue;
    const std::string both = kind() == NoiseKind::none ? "" : " or " + name(kind() + given.noise);
    throw SettingError(fmt::format("{} was given, but the noise is '{}': give --noise {}{}", given.option,
                                   name(kind()), name(given.noise), both));
  }
  if (!sigma_programming.empty() && sigma_programming.size() != 1 && sigma_programming.size() != 3) {
    throw SettingError(
        fmt::format("--sigma-programming has {} numbers, expected one, or the three of c0 + c1 w + c2 w^2",
                    sigma_programming.size()));
  }
  if (!sigma_programming.empty() && sigma_programming.front() < 0) {
    throw SettingError(
        fmt::format("--sigma-programming begins with {}, expected a number that is not negative",
                    sigma_programming.front()));
  }
  if (dot_length != name(DotLength::in_group) && !noise_traits(kind()).depends_on_length) {
    throw SettingError(fmt::format(
        "--dot-length {} was given, but the noise is '{}', whose sigma has no D: add --noise {}", dot_length,
        noise, any_of([](const NoiseModel& model) { return model.length_power != 0; })));
  }
  if (seed > std::numeric_limits<uint64_t>::max() - static_cast<uint64_t>(seeds - 1)) {
    throw SettingError(fmt::format(
        "--seed {} leaves no room for --seeds {}: the last seed would be beyond 2^64 - 1", seed, seeds));
  }
  if (!energies_given) return;
  if (kind() != NoiseKind::none) return energies.check(kind());
  if (const char* given = energies.given()) {
    throw SettingError(fmt::format("{} was given, but there is no noise for it to act on: add --noise {}",
                                   given, any_of([](const NoiseModel&) { return true; })));
  }
}

void NoiseSettings::check_groups(const std::vector<AnalogLayer>& layers) const {
  if (dot_length == name(DotLength::in_group)) return;
  const bool grouped =
      std::any_of(layers.begin(), layers.end(), [](const AnalogLayer& layer) { return layer.groups > 1; });
  if (!grouped) {
    throw SettingError(fmt::format(
        "--dot-length {} was given, but no layer of this network has groups: leave it out", dot_length));
  }
}

NoiseConfig NoiseSettings::base() const {
  NoiseConfig config{.kind = kind(), .energies = {}, .seed = seed};
  config.sigma_thermal = sigma_thermal.value_or(config.sigma_thermal);
  config.sigma_output = sigma_output.value_or(config.sigma_output);
  config.sigma_weight = sigma_weight.value_or(config.sigma_weight);
  if (!sigma_programming.empty()) config.programming = {};
  std::copy_n(sigma_programming.begin(), std::min(sigma_programming.size(), config.programming.size()),
              config.programming.begin());
  config.dot_length = dot_length == name(DotLength::paper) ? DotLength::paper : DotLength::in_group;
  return config;
}

std::optional<double> NoiseSettings::photon_aj() const {
  if (!kind().has(NoiseKind::shot)) return std::nullopt;
  return photon_energy_aj(wavelength_nm);
}

std::vector<NoiseConfig> NoiseSettings::points(const std::vector<AnalogLayer>& layers) const {
  if (kind() == NoiseKind::none) return {base()};
  check_groups(layers);
  return energies.points(paying_layers(layers, kind()), base());
}

std::vector<uint64_t> NoiseSettings::seed_list() const {
  if (kind() == NoiseKind::none) return {};
  std::vector<uint64_t> list;
  for (int i = 0; i < seeds; ++i) list.push_back(seed + static_cast<uint64_t>(i));
  return list;
}

}  // namespace dpac
