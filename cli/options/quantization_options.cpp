#include "cli/options/quantization_options.h"

#include <fmt/format.h>

#include "cli/support/json.h"
#include "kernels/quantizer.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Quantisation";
constexpr const char* kNone = "none";
constexpr double kDefaultBits = 8;

void parse(const std::string& option, const std::string& text, BitsOption& to) {
  to.given = true;
  if (text == kNone) return;
  to.bits = parse_number<double>(
      option, text,
      {kFewestBits, kMostBits, true,
       fmt::format("a number of bits from {} to {} (fractions allowed) or none", kFewestBits, kMostBits)});
}

void add(OptionSet& set, const std::string& option, BitsOption& to, const std::string& help) {
  set.parsed({option, "B|none", help}, [option, &to](const std::string& text) { parse(option, text, to); });
}

std::optional<double> in_force(const BitsOption& own, const BitsOption& both, NoiseKind noise) {
  if (own.given) return own.bits;
  if (both.given) return both.bits;
  const bool quantised = noise == NoiseKind::thermal || noise == NoiseKind::weight;
  return quantised ? std::optional(kDefaultBits) : std::nullopt;
}

}  // namespace

std::optional<double> QuantizationOptions::weights(NoiseKind noise) const {
  return in_force(weight_bits, bits, noise);
}

std::optional<double> QuantizationOptions::activations(NoiseKind noise) const {
  return in_force(act_bits, bits, noise);
}

Arithmetic QuantizationOptions::product_arithmetic() const {
  return arithmetic == "float32" ? Arithmetic::float32 : Arithmetic::automatic;
}

void add_bits_options(OptionSet& set, QuantizationOptions& options) {
  set.heading(kGroup);
  add(set, "--bits", options.bits,
      "Bits of weights and activations; fractions allowed [8 with thermal and weight noise, else none]");
  add(set, "--weight-bits", options.weight_bits, "Bits of the weights, per output channel [--bits]");
  add(set, "--act-bits", options.act_bits, "Bits of the activations, per tensor; the input has 8 [--bits]");
}

void add_arithmetic_option(OptionSet& set, QuantizationOptions& options) {
  set.heading(kGroup);
  set.choice({"--arithmetic", "",
              "auto: exact 8-bit integers where the quantisers and the machine allow it; float32: never"},
             options.arithmetic, {"auto", "float32"});
}

void write(const QuantizationOptions& options, NoiseKind noise, Json& json) {
  json["weight_bits"] = or_null(options.weights(noise));
  json["act_bits"] = or_null(options.activations(noise));
  json["arithmetic"] = options.arithmetic;
}

}  // namespace dpac::cli
