#include "report/tables/rounded.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace dpac::report {
namespace {

constexpr int kDigitsOfError = 2, kDigitsAlone = 3, kMostDigits = 6;
constexpr double kSmallest = 1e-3, kLargest = 1e6;  ///< Beyond them numbers have an exponent.

/// The power of ten of the leading digit, 2 for 656; after rounding to so many digits, so that 0.0996 to two
/// digits, 0.10, has -1.
int leading_power(double value, int digits) {
  const std::string scientific = fmt::format("{:.{}e}", std::abs(value), digits - 1);
  return std::stoi(scientific.substr(scientific.find('e') + 1));
}

/// Without the sign of a zero: -0.04 with one decimal is "0.0".
std::string fixed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, std::max(decimals, 0));
  if (text.find_first_of("123456789") == std::string::npos && text.front() == '-') text.erase(0, 1);
  return text;
}

int decimals_of(double value, const std::optional<double>& error) {
  const int power = value == 0 ? 0 : leading_power(value, kMostDigits);
  if (!error || *error == 0) return kDigitsAlone - 1 - (value == 0 ? 0 : leading_power(value, kDigitsAlone));
  const int of_error = kDigitsOfError - 1 - leading_power(*error, kDigitsOfError);
  return std::min(of_error, kMostDigits - 1 - power);
}

std::string error_text(double error, int decimals) {
  if (error == 0) return "0";
  const double unit = std::pow(10, leading_power(error, kDigitsOfError) - kDigitsOfError + 1);
  return fixed(std::round(error / unit) * unit, decimals);
}

}  // namespace

Rounded rounded(double value, const std::optional<double>& error) {
  const double size = std::max(std::abs(value), error.value_or(0));
  if (!std::isfinite(size)) return {"-"};
  const bool scaled = size != 0 && (size < kSmallest || size >= kLargest);
  const int exponent = scaled ? leading_power(size, kDigitsAlone) : 0;
  const double scale = std::pow(10.0, -exponent);
  const std::optional<double> own_error = error ? std::optional(*error * scale) : std::nullopt;
  const int decimals = decimals_of(value * scale, own_error);
  return {.value = fixed(value * scale, decimals),
          .error = own_error ? error_text(*own_error, decimals) : "",
          .exponent = exponent};
}

Rounded with_decimals(double value, int decimals) {
  return {std::isfinite(value) ? fixed(value, decimals) : "-"};
}

std::string plain_text(const Rounded& number) {
  const std::string exponent = number.exponent == 0 ? "" : fmt::format("e{:+03}", number.exponent);
  if (number.error.empty()) return number.value + exponent;
  const std::string both = fmt::format("{} +- {}", number.value, number.error);
  return exponent.empty() ? both : fmt::format("({}){}", both, exponent);
}

}  // namespace dpac::report
