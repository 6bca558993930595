/// @file
/// The noise of analog operations, and the energies that it depends on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/noise/noise_config.h"
#include "kernels/api.h"

namespace dpac {

/// The energy of every analog operation, and in how many executions it is spent.
/// Energies are per MAC and per execution: photons for shot noise, multiples of the base energy for the
/// others.
struct DPAC_API EnergySettings {
  std::optional<double> energy = {};
  std::string file = {};
  std::vector<double> sweep = {};
  std::optional<Energies> values = {};  ///< Of each layer that pays (paying_layers()), or of its channels.
  int32_t repeats = 1;                  ///< `--repeat K`.
  bool repeat_energy = false;           ///< `--repeat energy`.
  bool round = false;

  /// Name of a setting that was given and acts on a noise; null for none.
  [[nodiscard]] const char* given() const;

  /// @throws SettingError unless there is an energy.
  void check(NoiseKind noise) const;

  /// `base` with the energies and repeats of each point of the sweep, or of the only point.
  [[nodiscard]] std::vector<NoiseConfig> points(const std::vector<AnalogLayer>& layers,
                                                const NoiseConfig& base) const;
};

/// A constant that was given.
struct GivenConstant {
  const char* option;
  NoiseKind noise;  ///< That it is of.
};

struct DPAC_API NoiseSettings {
  std::string noise =
      "none";  ///< Or "shot", "thermal", "output", "weight", "programming", or several: "shot+thermal".
  EnergySettings energies = {};
  bool energies_given = true;  ///< False for commands that find the energies themselves.
  std::optional<double> sigma_thermal = {}, sigma_output = {}, sigma_weight = {};  ///< Unset: NoiseConfig's.
  std::vector<double> sigma_programming = {};  ///< c0, or c0, c1, c2; empty: NoiseConfig's.
  std::string dot_length = "in-group";
  double wavelength_nm = 1550;  ///< Of the homodyne network in docs/model.md section 5.
  uint64_t seed = 0;
  int seeds = 1;

  /// @throws SettingError for a name that is none.
  [[nodiscard]] NoiseKind kind() const;

  /// Those of the noises' constants that are not NoiseConfig's.
  [[nodiscard]] std::vector<GivenConstant> given_constants() const;

  /// These settings for another noise, without what does not act on it.
  [[nodiscard]] NoiseSettings of(const std::string& noise) const;

  /// @throws SettingError if noise has no energy, a setting comes without the noise it is for, or there are
  /// not as many seeds.
  void check() const;

  /// @throws SettingError where another D makes no difference to these layers.
  void check_groups(const std::vector<AnalogLayer>& layers) const;

  /// Kind, constants and the first seed, without energies.
  [[nodiscard]] NoiseConfig base() const;

  /// Energy of a photon in attojoules; none without shot noise: other energies have no unit.
  [[nodiscard]] std::optional<double> photon_aj() const;

  /// One configuration per energy of the sweep, else just one; all with the first seed.
  [[nodiscard]] std::vector<NoiseConfig> points(const std::vector<AnalogLayer>& layers) const;

  /// The seeds S, S + 1, ...; without noise there is nothing to repeat, and no seed.
  [[nodiscard]] std::vector<uint64_t> seed_list() const;
};

/// The noises there are, "none" left out.
DPAC_API std::vector<std::string> noisy_kinds();

/// The same behind "none".
DPAC_API std::vector<std::string> all_kinds();

}  // namespace dpac
