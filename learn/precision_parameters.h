/// @file
/// What is learned: the logarithm of the energy per MAC of every layer or output channel (docs/model.md
/// section 6). Weights are constants.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/noise/analog.h"
#include "engine/noise/noise_config.h"

namespace dpac {

/// What has an energy of its own.
enum class Granularity { layer, channel };

/// "layer", "channel".
std::string_view name(Granularity per);

/// One value per output channel of each analog layer.
using ChannelValues = std::vector<std::vector<double>>;

/// log E of every layer or output channel, in one list.
class PrecisionParameters {
 public:
  /// A layer without MACs has no energy of its own: paying_layers(). `start` has one energy per layer, or one
  /// per output channel where `per` is channel; a single one then stands for all of a layer's channels.
  /// @throws Error if they do not fit the layers. With `rounded`, energies are used as max(1, round(E)), and
  /// gradients go straight through.
  PrecisionParameters(std::vector<AnalogLayer> layers, Granularity per, const Energies& start, bool rounded);

  [[nodiscard]] std::vector<double>& log_energies() { return log_energies_; }
  [[nodiscard]] const std::vector<double>& log_energies() const { return log_energies_; }

  [[nodiscard]] Energies energies() const;

  /// sum_l mean(E_l) MACs_l / sum_l MACs_l.
  [[nodiscard]] double energy_per_mac() const;

  /// d log(energy per MAC) / d log E of every parameter.
  [[nodiscard]] std::vector<double> energy_gradient() const;

  /// From d loss / d log E of every channel to that of every parameter.
  [[nodiscard]] std::vector<double> gathered(const ChannelValues& gradient) const;

 private:
  [[nodiscard]] double energy_of(std::size_t parameter) const;
  [[nodiscard]] double macs_of(std::size_t layer) const;

  std::vector<AnalogLayer> layers_;
  bool rounded_;
  std::vector<std::size_t> first_;  // The parameters of layer l are [first_[l], first_[l + 1]).
  std::vector<double> log_energies_;
};

}  // namespace dpac
