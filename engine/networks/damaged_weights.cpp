#include "engine/networks/damaged_weights.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace dpac {
namespace {

constexpr double kOutlier = 1e6;
constexpr double kLargestScale = 1e4;
constexpr std::size_t kFewest = 8;
constexpr std::size_t kSample = 1 << 14;  // Values that say what is typical of a large tensor well enough.
constexpr double kDefaultEpsilon = 1e-5;  // PyTorch's.
constexpr std::string_view kVariance = ".running_var";
constexpr std::string_view kVerdict = "the file is probably damaged, and results mean little";

double magnitude(float value) {
  return std::abs(static_cast<double>(value));
}

/// What nine tenths do not exceed.
double nine_tenths(std::vector<double> sample) {
  const auto rank = static_cast<std::ptrdiff_t>((sample.size() - 1) * 9 / 10);
  std::nth_element(sample.begin(), sample.begin() + rank, sample.end());
  return sample[static_cast<std::size_t>(rank)];
}

/// The magnitude that nine tenths of the values do not exceed.
double typical_magnitude(std::span<const float> values) {
  const std::size_t step = std::max<std::size_t>(values.size() / kSample, 1);
  std::vector<double> sample;
  for (std::size_t i = 0; i < values.size(); i += step) sample.push_back(magnitude(values[i]));
  return nine_tenths(std::move(sample));
}

/// A value that is far larger than the others.
struct Outlier {
  std::ptrdiff_t position = 0;
  double typical = 0;
};

std::optional<Outlier> outlier(std::span<const float> values) {
  if (values.size() < kFewest) return std::nullopt;
  const double typical = typical_magnitude(values);
  const auto largest = std::ranges::max_element(values, {}, [](float value) { return std::abs(value); });
  if (typical == 0 || magnitude(*largest) <= kOutlier * typical) return std::nullopt;
  return Outlier{largest - values.begin(), typical};
}

std::string outlier(const std::string& name, const WeightStore::Entry& entry) {
  const std::span<const float> values = entry.tensor.values();
  const std::optional<Outlier> found = outlier(values);
  if (!found) return {};
  return fmt::format("{} ({}): value {} is {:.3g}, and nine tenths of the values are within {:.3g}: {}", name,
                     entry.origin, found->position, values[static_cast<std::size_t>(found->position)],
                     found->typical, kVerdict);
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
        "{:.3g}: {}",
        name, entry.origin, i, variances[i], gamma->values()[i], scale, kVerdict);
  }
  return {};
}

/// Of a layer's output channel.
struct Reach {
  double weights = 0, bias = 0;

  [[nodiscard]] double whole() const { return weights + bias; }
};

std::vector<Reach> reaches(const Tensor& weights, std::span<const float> bias) {
  std::vector<Reach> channels(static_cast<std::size_t>(weights.dim(0)));
  const std::size_t row = weights.values().size() / std::max<std::size_t>(channels.size(), 1);
  for (std::size_t c = 0; c < channels.size(); ++c) {
    double squares = 0;
    for (const float w : weights.values().subspan(c * row, row)) squares += magnitude(w) * magnitude(w);
    channels[c] = {std::sqrt(squares), c < bias.size() ? magnitude(bias[c]) : 0.0};
  }
  return channels;
}

std::string far_reach(const std::string& name, const Tensor& weights, std::span<const float> bias) {
  const std::vector<Reach> channels = reaches(weights, bias);
  if (channels.empty()) return {};
  std::vector<double> sample;
  for (const Reach& channel : channels) sample.push_back(channel.whole());
  const double typical = channels.size() == 1 ? channels.front().weights : nine_tenths(std::move(sample));
  const auto largest = std::ranges::max_element(channels, {}, &Reach::whole);
  if (typical == 0 || largest->whole() <= kOutlier * typical) return {};
  return fmt::format(
      "layer {}: for inputs of about 1, pre-activations of output channel {} reach {:.3g}, by {}.{}, and "
      "those of nine tenths of the channels {:.3g}: {}",
      name, largest - channels.begin(), largest->whole(), name,
      largest->bias > largest->weights ? "bias" : "weight", typical, kVerdict);
}

std::string damage(const std::string& name, const Tensor& weights, std::span<const float> bias) {
  std::string sentence = far_reach(name, weights, bias);
  const std::optional<Outlier> found = sentence.empty() ? outlier(weights.values()) : std::nullopt;
  if (!found) return sentence;
  const auto position = static_cast<std::size_t>(found->position);
  const std::size_t row = weights.values().size() / static_cast<std::size_t>(weights.dim(0));
  return fmt::format(
      "layer {}: {}.weight has {:.3g} for output channel {}, and nine tenths of its values are within "
      "{:.3g}: {}",
      name, name, weights.values()[position], position / row, found->typical, kVerdict);
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

std::vector<std::string> damaged_layers(const Graph& graph) {
  std::vector<std::string> sentences;
  for (const Node& node : graph.nodes) {
    const auto look = [&](const auto& op) {
      if constexpr (requires { op.weights->values(), op.bias; }) {
        std::string sentence = damage(node.name, *op.weights, op.bias);
        if (!sentence.empty()) sentences.push_back(std::move(sentence));
      }
    };
    std::visit(look, node.op);
  }
  return sentences;
}

}  // namespace dpac
