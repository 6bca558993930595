#include "learn/loss.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <vector>

#include "kernels/split_mix.h"

namespace dpac {
namespace {

/// One of the classes, drawn from softmax(logits).
int drawn_label(std::span<const float> logits, uint64_t seed) {
  std::vector<double> probabilities(logits.size());
  softmax(logits, probabilities);
  double left = SplitMix64(seed).uniform(0, 1);
  for (std::size_t c = 0; c + 1 < probabilities.size(); ++c) {
    left -= probabilities[c];
    if (left < 0) return static_cast<int>(c);
  }
  return static_cast<int>(probabilities.size()) - 1;
}

/// From a normal distribution of variance 1/2 around a prediction, whose negative log likelihood the squared
/// error is.
float drawn_score(float prediction, uint64_t seed) {
  SplitMix64 random(seed);
  const double radius = std::sqrt(-std::log(1 - random.uniform(0, 1)));
  const double angle = 2 * std::numbers::pi * random.uniform(0, 1);
  return prediction + static_cast<float>(radius * std::cos(angle));
}

}  // namespace

double softmax(std::span<const float> logits, std::span<double> probabilities) {
  assert(!logits.empty() && probabilities.size() == logits.size());
  const auto largest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
  double sum = 0;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    probabilities[c] = std::exp(static_cast<double>(logits[c]) - largest);
    sum += probabilities[c];
  }
  for (double& p : probabilities) p /= sum;
  return largest + std::log(sum);
}

double cross_entropy(std::span<const float> logits, int label, std::span<float> gradient) {
  assert(label >= 0 && static_cast<std::size_t>(label) < logits.size());
  assert(gradient.size() == logits.size());
  std::vector<double> probabilities(logits.size());
  const double log_sum = softmax(logits, probabilities);
  const auto own = static_cast<std::size_t>(label);
  for (std::size_t c = 0; c < logits.size(); ++c) {
    gradient[c] = static_cast<float>(probabilities[c] - (c == own ? 1.0 : 0.0));
  }
  return log_sum - static_cast<double>(logits[own]);
}

SampleLoss cross_entropy_of(std::span<const int> labels) {
  return [labels](int64_t position, std::span<const float> logits, std::span<float> gradient) {
    assert(position >= 0 && static_cast<std::size_t>(position) < labels.size());
    return cross_entropy(logits, labels[static_cast<std::size_t>(position)], gradient);
  };
}

double squared_error(std::span<const float> logits, float target, std::span<float> gradient) {
  assert(logits.size() == 1 && gradient.size() == 1);
  const double difference = static_cast<double>(logits.front()) - static_cast<double>(target);
  gradient.front() = static_cast<float>(2 * difference);
  return difference * difference;
}

SampleLoss squared_error_of(std::span<const float> targets) {
  return [targets](int64_t position, std::span<const float> logits, std::span<float> gradient) {
    assert(position >= 0 && static_cast<std::size_t>(position) < targets.size());
    return squared_error(logits, targets[static_cast<std::size_t>(position)], gradient);
  };
}

SampleLoss loss_of(const Targets& targets) {
  assert(targets.scores.empty() || targets.labels.empty());
  return targets.scores.empty() ? cross_entropy_of(targets.labels) : squared_error_of(targets.scores);
}

SampleLoss own_prediction(std::span<const int64_t> samples, uint64_t seed) {
  return [samples, seed](int64_t position, std::span<const float> logits, std::span<float> gradient) {
    assert(position >= 0 && static_cast<std::size_t>(position) < samples.size());
    const auto sample = static_cast<uint64_t>(samples[static_cast<std::size_t>(position)]);
    const uint64_t own_seed = seed_of(seed, sample);
    if (logits.size() == 1) return squared_error(logits, drawn_score(logits.front(), own_seed), gradient);
    return cross_entropy(logits, drawn_label(logits, own_seed), gradient);
  };
}

}  // namespace dpac
