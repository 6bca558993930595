/// @file
/// Colours that people with any kind of colour vision can tell apart.
#pragma once

#include <cstddef>
#include <string>

namespace dpac::report {

/// For things of their own: Okabe and Ito's palette without its yellow, which vanishes on white.
std::string distinct_color(std::size_t index);

/// For steps of one quantity: from dark blue over green to light ochre, lighter all the way.
std::string ordered_color(std::size_t index, std::size_t count);

}  // namespace dpac::report
