#include "tests/support/plain_quantizer.h"

#include <algorithm>
#include <cmath>

namespace dpac::test {

double quantised(const Quantizer& q, double v) {
  if (q.is_identity()) return v;
  const auto scale = static_cast<double>(q.scale);
  return scale *
         std::clamp(std::nearbyint(v / scale), static_cast<double>(q.low), static_cast<double>(q.high));
}

bool inside(const Quantizer& q, double v) {
  return q.is_identity() || (v >= static_cast<double>(q.min) && v <= static_cast<double>(q.max));
}

bool bit(const std::vector<uint8_t>& bits, std::size_t element) {
  return (bits[element / 8] >> (element % 8) & 1) != 0;
}

}  // namespace dpac::test
