#include <fmt/format.h>

#include "engine/networks/random/random_families.h"

namespace dpac {
namespace {

constexpr int64_t kMobileClasses = 1000;

/// A convolution and its BatchNorm.
void convolved(RandomWeights& weights, const std::string& convolution, const std::string& norm,
               int64_t outputs, int64_t inputs, int kernel) {
  weights.convolution(convolution, outputs, inputs, kernel);
  weights.batch_norm(norm, outputs);
}

/// Blocks of MobileNetV2 that are alike (table 2 of Sandler et al., arXiv 1801.04381).
struct InvertedResiduals {
  int64_t expansion, outputs;
  int count;
};

constexpr InvertedResiduals kMobileNetV2[] = {{1, 16, 1}, {6, 24, 2},  {6, 32, 3}, {6, 64, 4},
                                              {6, 96, 3}, {6, 160, 3}, {6, 320, 1}};

void inverted_residual(RandomWeights& weights, const std::string& conv, int64_t inputs, int64_t expansion,
                       int64_t outputs) {
  const int64_t width = inputs * expansion;
  int module = 0;
  const auto activated = [&](int64_t channels, int64_t of_group, int kernel) {
    const std::string name = fmt::format("{}.{}", conv, module++);
    convolved(weights, name + ".0", name + ".1", channels, of_group, kernel);
  };
  if (expansion != 1) activated(width, inputs, 1);
  activated(width, 1, 3);
  convolved(weights, fmt::format("{}.{}", conv, module), fmt::format("{}.{}", conv, module + 1), outputs,
            width, 1);
}

void shuffle_branch(RandomWeights& weights, const std::string& name, int64_t inputs, int64_t channels) {
  convolved(weights, name + ".0", name + ".1", channels, inputs, 1);
  convolved(weights, name + ".3", name + ".4", channels, 1, 3);
  convolved(weights, name + ".5", name + ".6", channels, channels, 1);
}

void shuffle_stage(RandomWeights& weights, const std::string& stage, int units, int64_t inputs,
                   int64_t outputs) {
  const int64_t half = outputs / 2;
  const std::string strided = stage + ".0.branch1";
  convolved(weights, strided + ".0", strided + ".1", inputs, 1, 3);
  convolved(weights, strided + ".2", strided + ".3", half, inputs, 1);
  shuffle_branch(weights, stage + ".0.branch2", inputs, half);
  for (int i = 1; i < units; ++i) {
    shuffle_branch(weights, fmt::format("{}.{}.branch2", stage, i), half, half);
  }
}

}  // namespace

void fill(RandomMobileNetV2 /*network*/, RandomWeights& weights) {
  constexpr int64_t kStem = 32, kLast = 1280;
  convolved(weights, "features.0.0", "features.0.1", kStem, 3, 3);
  int64_t inputs = kStem;
  int block = 1;
  for (const auto& [expansion, outputs, count] : kMobileNetV2) {
    for (int i = 0; i < count; ++i) {
      inverted_residual(weights, fmt::format("features.{}.conv", block++), inputs, expansion, outputs);
      inputs = outputs;
    }
  }
  const std::string last = fmt::format("features.{}", block);
  convolved(weights, last + ".0", last + ".1", kLast, inputs, 1);
  weights.linear("classifier.1", kMobileClasses, kLast);
}

void fill(const RandomShuffleNet& network, RandomWeights& weights) {
  const auto [stem, second, third, fourth, last] = network.channels;
  convolved(weights, "conv1.0", "conv1.1", stem, 3, 3);
  shuffle_stage(weights, "stage2", 4, stem, second);
  shuffle_stage(weights, "stage3", 8, second, third);
  shuffle_stage(weights, "stage4", 4, third, fourth);
  convolved(weights, "conv5.0", "conv5.1", last, fourth, 1);
  weights.linear("fc", kMobileClasses, last);
}

}  // namespace dpac
