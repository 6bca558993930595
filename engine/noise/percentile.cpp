#include "engine/noise/percentile.h"

#include <bit>
#include <cassert>
#include <cmath>

namespace dpac {
namespace {

/// Unsigned integers in the order of the floats.
uint32_t ordered(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}

float from_ordered(uint32_t order) {
  return std::bit_cast<float>((order & 0x80000000u) != 0 ? order & 0x7FFFFFFFu : ~order);
}

}  // namespace

void PercentileCounter::add(std::span<const float> values) {
  for (const float v : values) ++upper_[ordered(v) >> 16];
  count_ += static_cast<int64_t>(values.size());
}

void PercentileCounter::start_second_pass() {
  assert(ranks_.empty());
  for (const double percent : {100 - percent_, percent_}) {
    const double position = percent / 100 * static_cast<double>(count_ - 1);
    add_rank(static_cast<int64_t>(std::floor(position)));
    add_rank(static_cast<int64_t>(std::ceil(position)));
  }
}

void PercentileCounter::add_rank(int64_t rank) {
  Rank wanted{.rank = rank};
  while (wanted.before + upper_[wanted.upper] <= rank) wanted.before += upper_[wanted.upper++];
  while (wanted.counts < lower_.size() && lower_[wanted.counts].first != wanted.upper) ++wanted.counts;
  if (wanted.counts == lower_.size()) lower_.emplace_back(wanted.upper, std::vector<int64_t>(kHalves));
  ranks_.push_back(wanted);
}

void PercentileCounter::add_again(std::span<const float> values) {
  for (const float v : values) {
    const uint32_t order = ordered(v);
    for (auto& [upper, counts] : lower_) {
      if (order >> 16 == upper) ++counts[order & 0xFFFFu];
    }
  }
}

float PercentileCounter::value_at(const Rank& rank) const {
  const std::vector<int64_t>& counts = lower_[rank.counts].second;
  uint32_t low = 0;
  for (int64_t before = rank.before; before + counts[low] <= rank.rank; ++low) before += counts[low];
  return from_ordered(rank.upper << 16 | low);
}

ValueRange PercentileCounter::range() const {
  assert(count_ > 0 && ranks_.size() == 4);  // The second pass was started.
  const auto interpolate = [&](double percent, const Rank& below, const Rank& above) {
    const double part = percent / 100 * static_cast<double>(count_ - 1) - static_cast<double>(below.rank);
    const double a = value_at(below), b = value_at(above);
    return static_cast<float>(a + (b - a) * part);
  };
  return {interpolate(100 - percent_, ranks_[0], ranks_[1]), interpolate(percent_, ranks_[2], ranks_[3])};
}

}  // namespace dpac
