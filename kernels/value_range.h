/// @file
/// The smallest and the largest of many values: what calibration (docs/model.md section 3) is made of.
#pragma once

#include <algorithm>
#include <limits>
#include <span>

#include "kernels/api.h"

namespace dpac {

/// An interval; the default one is empty, and grows with what is joined to it.
struct ValueRange {
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();

  [[nodiscard]] float width() const { return max - min; }
  void join(const ValueRange& other) {
    min = std::min(min, other.min);
    max = std::max(max, other.max);
  }
  bool operator==(const ValueRange&) const = default;
};

/// Exact, whatever the order; empty for no values. Values must not be NaN.
DPAC_API ValueRange range_of(std::span<const float> values);

}  // namespace dpac
