/// @file
/// `--bits` and what belongs to it: where a network is quantised, and what it is computed in.
#pragma once

#include <optional>
#include <string>

#include "cli/options/option_set.h"
#include "cli/support/json.h"
#include "engine/network.h"
#include "engine/noise/noise_config.h"

namespace dpac::cli {

/// Bits of quantisers as given, before defaults.
struct BitsOption {
  bool given = false;
  std::optional<double> bits = {};  ///< Unset for `none`.
};

struct QuantizationOptions {
  BitsOption bits = {}, weight_bits = {}, act_bits = {};
  std::string arithmetic = "auto";

  /// What is in force with that noise: thermal and weight noise have 8 bits by default, the others none
  /// (docs/model.md section 3).
  [[nodiscard]] std::optional<double> weights(NoiseKind noise) const;
  [[nodiscard]] std::optional<double> activations(NoiseKind noise) const;

  [[nodiscard]] Arithmetic product_arithmetic() const;
};

/// `--bits`, `--weight-bits`, `--act-bits`.
void add_bits_options(OptionSet& set, QuantizationOptions& options);

/// `--arithmetic`.
void add_arithmetic_option(OptionSet& set, QuantizationOptions& options);

/// `weight_bits` and `act_bits` in force, null for none, and `arithmetic`.
void write(const QuantizationOptions& options, NoiseKind noise, Json& json);

}  // namespace dpac::cli
