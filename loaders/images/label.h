/// @file
/// Which class numbers a data set may use.
#pragma once

namespace dpac {

/// The largest class number: no network here has near as many outputs; a larger one is damage.
inline constexpr int kMaxLabel = 999'999;

}  // namespace dpac
