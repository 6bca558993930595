// Chance, and the order of classes: against sums written out, and against simulated networks.
#include "study/metrics/sanity.h"

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/messages.h"

using namespace dpac;
using dpac::test::contains;

namespace {

ConfusionMatrix confusion_of(const std::vector<int>& labels, const std::vector<int>& predictions,
                             int classes) {
  std::vector<int64_t> counts(static_cast<std::size_t>(classes * classes));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    ++counts[static_cast<std::size_t>(labels[i] * classes + predictions[i])];
  }
  return {counts, classes};
}

/// Predictions that are right with a probability, else any class; then a class c comes out at order[c].
ConfusionMatrix answers(int count, int classes, double right, const std::vector<int>& order,
                        uint32_t seed = 1) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform;
  const auto any_class = [&] { return static_cast<int>(random() % static_cast<uint32_t>(classes)); };
  std::vector<int> labels, predictions;
  for (int i = 0; i < count; ++i) {
    labels.push_back(any_class());
    const int answer = uniform(random) < right ? labels.back() : any_class();
    predictions.push_back(order[static_cast<std::size_t>(answer)]);
  }
  return confusion_of(labels, predictions, classes);
}

double choose(int n, int k) {
  double ways = 1;
  for (int i = 0; i < k; ++i) ways = ways * (n - i) / (i + 1);
  return ways;
}

}  // namespace

TEST_CASE("The binomial tail is the sum of its terms") {
  for (const double p : {0.01, 0.3, 0.5, 0.9}) {
    for (const int n : {1, 2, 7, 30}) {
      for (int k = 0; k <= n + 1; ++k) {
        double sum = 0;
        for (int i = k; i <= n; ++i) sum += choose(n, i) * std::pow(p, i) * std::pow(1 - p, n - i);
        CHECK(binomial_tail(k, n, p) == doctest::Approx(sum).epsilon(1e-9));
      }
    }
  }
  CHECK(binomial_tail(500'000, 1'000'000, 0.5) == doctest::Approx(0.5).epsilon(1e-3));
  CHECK(binomial_tail(600'000, 1'000'000, 0.5) < 1e-300);
  CHECK(binomial_tail(400'000, 1'000'000, 0.5) == 1);
}

TEST_CASE("A confusion matrix counts, and knows what chance would give") {
  const ConfusionMatrix confusion = confusion_of({0, 0, 0, 1, 1, 2}, {0, 1, 1, 1, 0, 0}, 3);
  CHECK(confusion.samples() == 6);
  CHECK(confusion.count(0, 1) == 2);
  CHECK(confusion.count(2, 0) == 1);
  CHECK(confusion.correct(std::vector<int>{0, 1, 2}) == 2);
  CHECK(confusion.correct(std::vector<int>{1, 0, 2}) == 3);
  CHECK(confusion.chance() == doctest::Approx((3.0 * 3 + 2 * 3) / 36));
  CHECK(confusion_of({1, 1, 1}, {1, 1, 0}, 4).chance() == 0.25);
}

TEST_CASE("Accuracy that is not above chance is told, where there are samples enough to tell") {
  CHECK(contains(chance_notice(97, 1000, 0.1),
                 "97 of 1000 samples are right, which is not above chance (10.0 %"));
  CHECK(contains(chance_notice(0, 50, 0.001), "not above chance (0.1 %"));
  CHECK(chance_notice(150, 1000, 0.1).empty());
  CHECK(chance_notice(2, 50, 0.001).empty());
  // Two of three classes guessed right, two images: nobody knows.
  CHECK(chance_notice(0, 2, 1.0 / 3).empty());
  CHECK(chance_notice(0, 4, 0.001).empty());
  CHECK(chance_notice(5, 10, 0.5).empty());
  CHECK_FALSE(chance_notice(50, 100, 0.5).empty());
  CHECK(chance_notice(0, 0, 0.5).empty());
  CHECK(chance_notice(10, 10, 1).empty());
}

TEST_CASE("One in twenty guessing networks escapes the notice, and hardly any other gets it") {
  int guessing = 0, good = 0;
  constexpr int kRounds = 1000, kSamples = 60;
  for (uint32_t seed = 0; seed < kRounds; ++seed) {
    const auto notice = [&](double right) {
      const ConfusionMatrix confusion = answers(kSamples, 4, right, {0, 1, 2, 3}, seed);
      return !chance_notice(confusion.correct(std::vector<int>{0, 1, 2, 3}), kSamples, confusion.chance())
                  .empty();
    };
    guessing += notice(0);
    good += notice(0.5);
  }
  CHECK(guessing > 0.92 * kRounds);
  CHECK(good < 0.05 * kRounds);
}

TEST_CASE("Another order of the classes that is far better is named") {
  const std::vector<std::string> names{"entailment", "neutral", "contradiction"};
  // Classes 0, 1, 2 come out at 1, 2, 0: output 0 is class 2, output 1 is class 0, output 2 is class 1.
  const ConfusionMatrix confusion = answers(400, 3, 0.8, {1, 2, 0});
  const std::string notice = order_notice(confusion, names);
  CHECK(contains(notice,
                 "contradiction, entailment, neutral in this order: --classes "
                 "contradiction,entailment,neutral says so (sign test, 99 % confidence)"));
  CHECK(contains(order_notice(confusion, {}),
                 "if the network's outputs were the classes 2, 0, 1 in this order"));
  CHECK(contains(order_notice(answers(100, 2, 0.7, {1, 0}), {}), "the classes 1, 0"));
}

TEST_CASE("No other order is named where it is luck, or little better, or there are too many") {
  const auto notice = [](const ConfusionMatrix& confusion) { return order_notice(confusion, {}); };
  CHECK(notice(answers(400, 3, 0.8, {0, 1, 2})).empty());
  CHECK(notice(answers(5, 3, 1, {1, 2, 0})).empty());
  CHECK(notice(answers(1000, 3, 0.1, {1, 2, 0})).empty());
  CHECK(notice(answers(500, 7, 1, {1, 2, 3, 4, 5, 6, 0})).empty());
  CHECK_FALSE(notice(answers(500, 6, 1, {1, 2, 3, 4, 5, 0})).empty());
  int lucky = 0;
  for (uint32_t seed = 0; seed < 300; ++seed) lucky += !notice(answers(60, 4, 0, {0, 1, 2, 3}, seed)).empty();
  CHECK(lucky <= 9);  // The 99.9 % quantile of 300 trials with the 1 % that the notice promises at most.
}
