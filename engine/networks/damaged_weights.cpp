#include "engine/networks/damaged_weights.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>

#include <fmt/format.h>

namespace dpac {
namespace {

constexpr double kOutlier = 1e6;
constexpr double kLargestScale = 1e4;
constexpr std::size_t kFewest = 8;
constexpr std::size_t kSample = 1 << 14;  // Values that say what is typical of a large tensor well enough.
constexpr double kDefaultEpsilon = 1e-5;  // PyTorch's.
constexpr std::string_view kVariance = ".running_var";

double magnitude(float value) {
  return std::abs(static_cast<double>(value));
}

/// The magnitude that nine tenths of the values do not exceed.
double typical_magnitude(std::span<const float> values) {
  const std::size_t step = std::max<std::size_t>(values.size() / kSample, 1);
  std::vector<double> sample;
  for (std::size_t i = 0; i < values.size(); i += step) sample.push_back(magnitude(values[i]));
  const auto rank = static_cast<std::ptrdiff_t>((sample.size() - 1) * 9 / 10);
  std::nth_element(sample.begin(), sample.begin() + rank, sample.end());
  return sample[static_cast<std::size_t>(rank)];
}

std::string outlier(const std::string& name, const WeightStore::Entry& entry) {
  const std::span<const float> values = entry.tensor.values();
  if (values.size() < kFewest) return {};
  const double typical = typical_magnitude(values);
  const auto largest = std::ranges::max_element(values, {}, [](float value) { return std::abs(value); });
  if (typical == 0 || magnitude(*largest) <= kOutlier * typical) return {};
  return fmt::format(
      "{} ({}): value {} is {:.3g}, and nine tenths of the values are within {:.3g}: the file is probably "
      "damaged, and "
      "results mean little",
      name, entry.origin, largest - values.begin(), *largest, typical);
}

std::string large_scale(const std::string& name, const WeightStore::Entry& entry,
                        const Checkpoint& checkpoint) {
  const std::string module = name.substr(0, name.size() - kVariance.size());
  const Tensor* gamma = checkpoint.weights.find(module + ".weight");
  const std::span<const float> variances = entry.tensor.values();
  if (gamma == nullptr || gamma->values().size() != variances.size()) return {};
  const double epsilon = checkpoint.traits.batchnorm_epsilon.value_or(kDefaultEpsilon);
  for (std::size_t i = 0; i < variances.size(); ++i) {
    const double scale =
        magnitude(gamma->values()[i]) / std::sqrt(static_cast<double>(variances[i]) + epsilon);
    if (scale <= kLargestScale) continue;
    return fmt::format(
        "{} ({}): channel {} has the variance {:.3g} and the gamma {:.3g}, which multiply its weights by "
        "{:.3g}: the "
        "file is probably damaged, and results mean little",
        name, entry.origin, i, variances[i], gamma->values()[i], scale);
  }
  return {};
}

}  // namespace

std::vector<std::string> damaged_weights(const Checkpoint& checkpoint) {
  std::vector<std::string> sentences;
  for (const auto& [name, entry] : checkpoint.weights.entries()) {
    std::string sentence =
        name.ends_with(kVariance) ? large_scale(name, entry, checkpoint) : outlier(name, entry);
    if (!sentence.empty()) sentences.push_back(std::move(sentence));
  }
  return sentences;
}

}  // namespace dpac
