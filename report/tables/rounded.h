/// @file
/// Numbers for people, rounded to what is known of them.
#pragma once

#include <optional>
#include <string>

namespace dpac::report {

/// A rounded number in parts, so that plain text, LaTeX and HTML can each set it their way.
struct Rounded {
  std::string value;
  std::string error = {};  ///< Empty where it is not known.
  int exponent = 0;        ///< Of ten, for both: 0 but for very large and very small numbers.
};

/// `value` to the decimals that two significant digits of its `error` have, and the error to these two:
/// 656.3 +- 131.7 is "656" and "130", 9.708 +- 1.093 is "9.7" and "1.1". No more than six digits of a value
/// are shown, and three where no error is known.
Rounded rounded(double value, const std::optional<double>& error = {});

/// `value` with so many decimals.
Rounded with_decimals(double value, int decimals);

/// "656 +- 130", "(1.20 +- 0.31)e-07", "41.9".
std::string plain_text(const Rounded& number);

}  // namespace dpac::report
