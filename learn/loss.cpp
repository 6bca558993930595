#include "learn/loss.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/split_mix.h"

namespace dpac {
namespace {

/// softmax(logits); returns log sum exp.
double softmax(std::span<const float> logits, std::span<double> probabilities) {
  const auto largest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
  double sum = 0;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    probabilities[c] = std::exp(static_cast<double>(logits[c]) - largest);
    sum += probabilities[c];
  }
  for (double& p : probabilities) p /= sum;
  return largest + std::log(sum);
}

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

}  // namespace

double cross_entropy(std::span<const float> logits, int label, std::span<float> gradient) {
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
    return cross_entropy(logits, labels[static_cast<std::size_t>(position)], gradient);
  };
}

SampleLoss own_prediction(std::span<const int64_t> samples, uint64_t seed) {
  return [samples, seed](int64_t position, std::span<const float> logits, std::span<float> gradient) {
    const auto sample = static_cast<uint64_t>(samples[static_cast<std::size_t>(position)]);
    return cross_entropy(logits, drawn_label(logits, seed_of(seed, sample)), gradient);
  };
}

}  // namespace dpac
