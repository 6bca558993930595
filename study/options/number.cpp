#include "study/options/number.h"

#include <charconv>
#include <cmath>
#include <concepts>

#include <fmt/format.h>

#include "study/settings/setting_error.h"

namespace dpac {

NumberRule any_number() {
  return {};
}

NumberRule positive_number() {
  return {std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::max(), true,
          "a positive number"};
}

NumberRule non_negative_number() {
  return {.low = 0, .expected = "a number that is not negative"};
}

NumberRule positive_count() {
  return {.low = 1, .expected = "a number of at least 1"};
}

NumberRule from_to(double low, double high) {
  return {low, high, true, fmt::format("a number from {} to {}", low, high)};
}

template <typename Number>
Number parse_number(const std::string& option, std::string_view text, const NumberRule& rule) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  const auto value = static_cast<double>(number);
  const bool above = rule.low_included ? value >= rule.low : value > rule.low;
  if (failure == std::errc() && stop == end && above && value <= rule.high) return number;  // NaN is not.
  std::string expected = rule.expected;
  const std::size_t noun = expected.find("number");
  if (std::integral<Number> && noun != std::string::npos) expected.insert(noun, "whole ");
  throw SettingError(fmt::format("{} is '{}', expected {}", option, text, expected));
}

template int parse_number<int>(const std::string&, std::string_view, const NumberRule&);
template int64_t parse_number<int64_t>(const std::string&, std::string_view, const NumberRule&);
template uint64_t parse_number<uint64_t>(const std::string&, std::string_view, const NumberRule&);
template float parse_number<float>(const std::string&, std::string_view, const NumberRule&);
template double parse_number<double>(const std::string&, std::string_view, const NumberRule&);

}  // namespace dpac
