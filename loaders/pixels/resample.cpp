#include "loaders/pixels/resample.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dpac {
namespace {

constexpr int32_t kHalf = 1 << (Taps::kWeightBits - 1);

uint8_t rounded(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> Taps::kWeightBits, 0, 255));
}

/// As Pillow rounds: halves away from zero.
int rounded_from_half(double value) {
  return static_cast<int>(value < 0 ? value - 0.5 : value + 0.5);  // NOLINT(bugprone-incorrect-roundings)
}

int32_t fixed_point(double weight) {
  return rounded_from_half(weight * (1 << Taps::kWeightBits));
}

double triangle(double x) {
  return std::max(0.0, 1.0 - std::abs(x));
}

/// Keys, "Cubic convolution interpolation for digital image processing" (1981), a = -1/2; in Pillow's order.
double cubic(double x) {
  constexpr double kA = -0.5;
  const double d = std::abs(x);
  if (d < 1.0) return ((kA + 2.0) * d - (kA + 3.0)) * d * d + 1;
  return d < 2.0 ? (((d - 5) * d + 8) * d - 4) * kA : 0.0;
}

/// A filter at scale 1: zero from `reach` on to either side.
struct Filter {
  double (*weight)(double x);
  double reach;
};

Filter filter_of(Interpolation interpolation) {
  return interpolation == Interpolation::bicubic ? Filter{cubic, 2.0} : Filter{triangle, 1.0};
}

template <int kChannels>
void resample_row_of(const Taps& taps, const uint8_t* src, uint8_t* dst) {
  for (int i = 0; i < taps.outputs(); ++i) {
    std::array<int32_t, std::size_t{kChannels}> sums;
    sums.fill(kHalf);
    const uint8_t* from = src + taps.first(i) * kChannels;
    for (const int32_t weight : taps.weights(i)) {
      for (std::size_t c = 0; c < kChannels; ++c) sums[c] += weight * *from++;
    }
    for (const int32_t sum : sums) *dst++ = rounded(sum);
  }
}

}  // namespace

Taps::Taps(int in, int out, int begin, int end, Interpolation interpolation) {
  const Filter filter = filter_of(interpolation);
  const double scale = static_cast<double>(in) / out;
  const double widening = std::max(scale, 1.0);
  const double support = filter.reach * widening;
  const double slope = 1.0 / widening;
  std::vector<double> weights;
  offset_.push_back(0);
  for (int i = begin; i < end; ++i) {
    // The order of these operations is Pillow's: another one gives other last bits.
    const double centre = (i + 0.5) * scale;
    const int first = std::max(0, rounded_from_half(centre - support));
    const int last = std::min(in, rounded_from_half(centre + support));
    weights.clear();
    double sum = 0.0;
    for (int x = first; x < last; ++x) {
      weights.push_back(filter.weight((x - centre + 0.5) * slope));
      sum += weights.back();
    }
    for (const double weight : weights) weights_.push_back(fixed_point(weight / sum));
    first_.push_back(first);
    offset_.push_back(weights_.size());
  }
}

void resample_row(const Taps& taps, int channels, const uint8_t* src, uint8_t* dst) {
  if (channels == 1) {
    resample_row_of<1>(taps, src, dst);
  } else {
    resample_row_of<3>(taps, src, dst);
  }
}

void resample_column(std::span<const int32_t> weights, const uint8_t* src, std::size_t stride,
                     std::size_t count, uint8_t* dst) {
  std::array<int32_t, 256> sums;
  for (std::size_t begin = 0; begin < count; begin += sums.size()) {
    const std::size_t n = std::min(sums.size(), count - begin);
    std::fill_n(sums.begin(), n, kHalf);
    const uint8_t* from = src + begin;
    for (const int32_t weight : weights) {
      for (std::size_t x = 0; x < n; ++x) sums[x] += weight * from[x];
      from += stride;
    }
    for (std::size_t x = 0; x < n; ++x) dst[begin + x] = rounded(sums[x]);
  }
}

}  // namespace dpac
