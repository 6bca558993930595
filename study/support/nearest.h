/// @file
/// "Did you mean ...?"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dpac {

/// The one of `words` that `typed` was probably meant to be: the least number of letters to insert, remove,
/// replace or swap with a neighbour (Damerau's distance of adjacent transpositions), at most a third of the
/// word's length; of equals the first. None where all are further away.
std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& words);

/// "; did you mean X?", or nothing.
std::string did_you_mean(std::string_view typed, const std::vector<std::string>& words);

}  // namespace dpac
