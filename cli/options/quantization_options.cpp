#include "cli/options/quantization_options.h"

#include <charconv>

#include <fmt/format.h>

#include "cli/support/json.h"
#include "kernels/error.h"
#include "kernels/quantizer.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Quantisation";
constexpr const char* kNone = "none";
constexpr double kDefaultBits = 8;

void parse(const std::string& option, const std::string& text, BitsOption& to) {
  to.given = true;
  if (text == kNone) return;
  double bits = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (failure != std::errc() || end != text.data() + text.size()) {
    throw CLI::ValidationError(option,
                               fmt::format("'{}' is neither a number of bits nor the word none", text));
  }
  to.bits = bits;
}

void add(CLI::App& app, const std::string& option, BitsOption& to, const std::string& description) {
  app.add_option_function<std::string>(
         option, [option, &to](const std::string& text) { parse(option, text, to); }, description)
      ->type_name("B|none")
      ->group(kGroup);
}

void check(const std::string& option, const BitsOption& chosen) {
  if (!chosen.bits || (*chosen.bits >= kFewestBits && *chosen.bits <= kMostBits)) return;
  throw Error(fmt::format("{} is {}, expected {} to {} bits (fractions allowed) or none", option,
                          *chosen.bits, kFewestBits, kMostBits));
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

void QuantizationOptions::check() const {
  cli::check("--bits", bits);
  cli::check("--weight-bits", weight_bits);
  cli::check("--act-bits", act_bits);
}

void add_bits_options(CLI::App& app, QuantizationOptions& options) {
  add(app, "--bits", options.bits,
      "Bits of weights and activations; fractions allowed [8 with thermal and weight noise, else none]");
  add(app, "--weight-bits", options.weight_bits, "Bits of the weights, per output channel [--bits]");
  add(app, "--act-bits", options.act_bits, "Bits of the activations, per tensor; the input has 8 [--bits]");
}

void add_arithmetic_option(CLI::App& app, QuantizationOptions& options) {
  app.add_option("--arithmetic", options.arithmetic,
                 "auto: exact 8-bit integers where the quantisers and the machine allow it; float32: never")
      ->type_name("KIND")
      ->check(CLI::IsMember({"auto", "float32"}))
      ->capture_default_str()
      ->group(kGroup);
}

void write(const QuantizationOptions& options, NoiseKind noise, nlohmann::ordered_json& json) {
  json["weight_bits"] = or_null(options.weights(noise));
  json["act_bits"] = or_null(options.activations(noise));
  json["arithmetic"] = options.arithmetic;
}

}  // namespace dpac::cli
