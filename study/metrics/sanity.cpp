#include "study/metrics/sanity.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dpac {
namespace {

constexpr double kChanceDoubt = 0.05;  // 95 % confidence, and power.
constexpr double kOrderDoubt = 0.01;   // 99 % confidence.
constexpr double kFarBetter = 0.2;     // Of accuracy.
constexpr int kMostOrderedClasses = 6;
constexpr double kNegligible = 1e-18;  // Of a sum's next term.

/// ln P(X = successes).
double log_probability(int64_t successes, int64_t trials, double probability) {
  const auto n = static_cast<double>(trials), k = static_cast<double>(successes);
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(probability) +
         (n - k) * std::log1p(-probability);
}

/// The smallest number of successes that guessing has with a probability of 5 % at most, or `trials` + 1.
int64_t least_above_chance(int64_t trials, double chance) {
  int64_t low = 0, high = trials + 1;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (binomial_tail(middle, trials, chance) <= kChanceDoubt) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

std::vector<int> identity(int classes) {
  std::vector<int> order(static_cast<std::size_t>(classes));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

std::vector<int> best_order(const ConfusionMatrix& confusion) {
  std::vector<int> order = identity(confusion.classes()), best = order;
  while (std::ranges::next_permutation(order).found) {
    if (confusion.correct(order) > confusion.correct(best)) best = order;
  }
  return best;
}

/// How probable it is that one of all other orders does as well against this one by luck.
double luck(const ConfusionMatrix& confusion, std::span<const int> order) {
  int64_t better = 0, worse = 0;
  double orders = 1;
  for (int output = 0; output < confusion.classes(); ++output) {
    orders *= output + 1;
    const int other = order[static_cast<std::size_t>(output)];
    if (other == output) continue;
    better += confusion.count(other, output);
    worse += confusion.count(output, output);
  }
  return (orders - 1) * binomial_tail(better, better + worse, 0.5);
}

double percent(int64_t part, int64_t whole) {
  return 100 * static_cast<double>(part) / static_cast<double>(whole);
}

/// The order as the user can give it.
std::string order_text(std::span<const int> order, std::span<const std::string> names) {
  if (names.size() != order.size()) {
    return fmt::format("if the network's outputs were the classes {} in this order", fmt::join(order, ", "));
  }
  std::vector<std::string> classes;
  for (const int number : order) classes.push_back(names[static_cast<std::size_t>(number)]);
  return fmt::format("if the network's outputs were {0} in this order: --classes {1} says so",
                     fmt::join(classes, ", "), fmt::join(classes, ","));
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::vector<int64_t> counts, int classes)
    : classes_(classes),
      samples_(std::accumulate(counts.begin(), counts.end(), int64_t{0})),
      counts_(std::move(counts)) {
  assert(counts_.size() == static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes));
}

int64_t ConfusionMatrix::count(int label, int prediction) const {
  return counts_[static_cast<std::size_t>(label) * static_cast<std::size_t>(classes_) +
                 static_cast<std::size_t>(prediction)];
}

int64_t ConfusionMatrix::correct(std::span<const int> order) const {
  int64_t sum = 0;
  for (int output = 0; output < classes_; ++output) {
    sum += count(order[static_cast<std::size_t>(output)], output);
  }
  return sum;
}

double ConfusionMatrix::chance() const {
  double sum = 0;
  for (int c = 0; c < classes_; ++c) {
    int64_t labels = 0, predictions = 0;
    for (int other = 0; other < classes_; ++other) {
      labels += count(c, other);
      predictions += count(other, c);
    }
    if (labels == samples_) return 1.0 / classes_;
    sum += static_cast<double>(labels) * static_cast<double>(predictions);
  }
  return sum / static_cast<double>(samples_) / static_cast<double>(samples_);
}

double binomial_tail(int64_t successes, int64_t trials, double probability) {
  if (successes <= 0) return 1;
  if (successes > trials) return 0;
  // Away from the mean terms fall: the sum is small behind it, and 1 less the others before it.
  const bool behind = static_cast<double>(successes) > static_cast<double>(trials) * probability;
  const double odds = probability / (1 - probability);
  double sum = 0;
  int64_t k = behind ? successes : successes - 1;
  for (double term = std::exp(log_probability(k, trials, probability)); term > sum * kNegligible;) {
    sum += term;
    if (behind) {
      term *= odds * static_cast<double>(trials - k) / static_cast<double>(k + 1);
      ++k;
    } else {
      term *= static_cast<double>(k) / static_cast<double>(trials - k + 1) / odds;
      --k;
    }
  }
  return std::clamp(behind ? sum : 1 - sum, 0.0, 1.0);
}

std::string chance_notice(int64_t correct, int64_t samples, double chance) {
  if (samples == 0 || chance <= 0 || chance >= 1) return "";
  const int64_t least = least_above_chance(samples, chance);
  const double power = binomial_tail(least, samples, (1 + chance) / 2);
  if (correct >= least || power < 1 - kChanceDoubt) return "";
  return fmt::format(
      "{} of {} samples are right, which is not above chance ({:.1f} %; one-sided binomial test, 95 % "
      "confidence): do the classes and the preprocessing fit the weights?",
      correct, samples, 100 * chance);
}

std::string order_notice(const ConfusionMatrix& confusion, std::span<const std::string> names) {
  if (confusion.classes() > kMostOrderedClasses || confusion.samples() == 0) return "";
  const int64_t now = confusion.correct(identity(confusion.classes()));
  const std::vector<int> best = best_order(confusion);
  const int64_t then = confusion.correct(best);
  const double gain = static_cast<double>(then - now) / static_cast<double>(confusion.samples());
  if (gain <= kFarBetter || luck(confusion, best) > kOrderDoubt) return "";
  return fmt::format("accuracy is {:.2f} %, but would be {:.2f} % {} (sign test, 99 % confidence)",
                     percent(now, confusion.samples()), percent(then, confusion.samples()),
                     order_text(best, names));
}

}  // namespace dpac
