// Intervals of accuracies: by the formulas of docs/model.md section 8, and covering what they promise.

#include "study/metrics/statistics.h"

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include <doctest/doctest.h>

using namespace dpac;
using doctest::Approx;

namespace {

constexpr double kZ = 1.959963984540054;

/// In how many of `seeds` passes each image is right. Most images are sure and some are not, as under noise.
std::vector<int32_t> right_answers(std::mt19937& engine, int images, int seeds) {
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<int32_t> right;
  for (int i = 0; i < images; ++i) {
    const double u = uniform(engine), probability = u < 0.6 ? 1 : u < 0.8 ? 0.5 : 0.1;
    int32_t times = 0;
    for (int s = 0; s < seeds; ++s) times += uniform(engine) < probability;
    right.push_back(times);
  }
  return right;
}

constexpr double kTrueAccuracy = 0.6 + 0.2 * 0.5 + 0.2 * 0.1;

/// The part of 2,000 data sets whose interval has the true accuracy.
double coverage(int images, int seeds) {
  std::mt19937 engine(5);
  int covered = 0;
  for (int i = 0; i < 2000; ++i) {
    const Interval interval = accuracy_interval(right_answers(engine, images, seeds), seeds);
    covered += interval.low <= kTrueAccuracy && kTrueAccuracy <= interval.high;
  }
  return covered / 2000.0;
}

}  // namespace

TEST_CASE("With one seed the interval is Wilson's") {
  // 81 of 263: Newcombe (1998), table I, gives 0.2553 ... 0.3662 for the score method without correction.
  std::vector<int32_t> right(263, 0);
  for (std::size_t i = 0; i < 81; ++i) right[i] = 1;
  const Interval interval = accuracy_interval(right, 1);
  CHECK(interval.low == Approx(0.2553).epsilon(2e-4));
  CHECK(interval.high == Approx(0.3662).epsilon(2e-4));
}

TEST_CASE("With several seeds it is the mean's, over the images' means") {
  const std::vector<int32_t> right{4, 4, 2, 0, 2, 3, 1, 4};  // Of 4 seeds.
  const double mean = 20 / 32.0;
  double squares = 0;
  for (const int32_t times : right) squares += (times / 4.0 - mean) * (times / 4.0 - mean);
  const Interval interval = accuracy_interval(right, 4);
  CHECK(interval.low == Approx(mean - kZ * std::sqrt(squares / 7 / 8)));
  CHECK(interval.high == Approx(mean + kZ * std::sqrt(squares / 7 / 8)));
}

TEST_CASE("More seeds of the same images make no image more") {
  const std::vector<int32_t> once{1, 1, 1, 0, 1, 0, 1, 1}, often{100, 100, 100, 0, 100, 0, 100, 100};
  const Interval one = accuracy_interval(once, 1), hundred = accuracy_interval(often, 100);
  CHECK(hundred.high - hundred.low > 0.9 * (one.high - one.low));
  CHECK(hundred.high <= 1);
  const std::vector<int32_t> all(20, 100);
  CHECK(accuracy_interval(all, 100).low == Approx(wilson_interval(20, 20).low));
}

TEST_CASE("Intervals hold the true accuracy about 95 times of 100, however many seeds") {
  // Of 2,000 trials the standard error is 0.5 %. Pooled seeds would cover a third at 100 seeds.
  for (const int images : {100, 400}) {
    for (const int seeds : {1, 3, 100}) {
      CAPTURE(images);
      CAPTURE(seeds);
      CHECK(std::abs(coverage(images, seeds) - 0.95) < 0.02);
    }
  }
}

TEST_CASE("The loss is paired: what both networks get wrong says nothing about it") {
  std::vector<int32_t> baseline(1000, 1), right(1000, 2);  // Of 2 seeds.
  for (std::size_t i = 0; i < 300; ++i) baseline[i] = right[i] = 0;
  for (std::size_t i = 300; i < 320; ++i) right[i] = 1;
  const PairedLoss loss = paired_loss(baseline, right, 2);
  CHECK(loss.mean == Approx(0.01));
  const double variance = (20 * 0.25 - 1000 * 0.01 * 0.01) / 999;
  CHECK(loss.ci95.low == Approx(0.01 - kZ * std::sqrt(variance / 1000)));
  CHECK(loss.ci95.high == Approx(0.01 + kZ * std::sqrt(variance / 1000)));
  const Interval apart = accuracy_interval(right, 2);
  CHECK(loss.ci95.high - loss.ci95.low < 0.2 * (apart.high - apart.low));
}

TEST_CASE("No difference on few images does not mean none") {
  const std::vector<int32_t> same(50, 1);
  const PairedLoss loss = paired_loss(same, same, 1);
  CHECK(loss.mean == 0);
  CHECK(loss.ci95.high == Approx(wilson_interval(0, 50).high));
  CHECK(loss.ci95.low == -loss.ci95.high);
}
