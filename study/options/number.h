/// @file
/// Numbers as options take them.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace dpac {

/// The numbers an option takes: `low` <= number <= `high`, and `low` itself only with `low_included`.
struct NumberRule {
  double low = -std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::max();
  bool low_included = true;
  std::string expected = "a number";  ///< The rule in words, for errors: "a positive number".
};

/// Any finite number.
NumberRule any_number();

/// Greater than 0, and neither 0 nor infinite when stored as float32, which is how the engine stores it.
NumberRule positive_number();

/// 0 or more, finite.
NumberRule non_negative_number();

/// A whole number from 1 on. (Whether an option takes whole numbers is decided by the type of its value.)
NumberRule positive_count();

/// `low` ... `high`, both included.
NumberRule from_to(double low, double high);

/// The number that all of `text` spells in decimal: no blanks, no octal or hexadecimal, no wrap-around.
/// `Number` is int, int64_t, uint64_t, float or double.
/// @throws SettingError "`option` is 'text', expected ..." for anything else, and for a number beyond the
/// rule.
template <typename Number>
Number parse_number(const std::string& option, std::string_view text, const NumberRule& rule);

}  // namespace dpac
