/// @file
/// Which class numbers a data set may use.
#pragma once

#include <optional>
#include <string_view>

namespace dpac {

/// The largest class number: no network here has near as many outputs; a larger one is damage.
inline constexpr int kMaxLabel = 999'999;

/// The class a text of decimal digits alone is, with leading zeros or without; none for any other text and
/// above kMaxLabel.
std::optional<int> class_number(std::string_view text);

}  // namespace dpac
