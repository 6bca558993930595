#include <fmt/format.h>

#include "engine/networks/random/random_families.h"

namespace dpac {
namespace {

// Below 1, so that residual sums do not double their variance with every block.
constexpr float kBranchGamma = 0.3f;
constexpr int64_t kImageNetClasses = 1000, kCifarClasses = 10;

std::string block_name(std::size_t stage, int block) {
  return fmt::format("layer{}.{}", stage + 1, block);
}

/// `i` counts a block's convolutions from 1.
void block_convolution(RandomWeights& weights, const std::string& block, int i, int64_t outputs,
                       int64_t inputs, int kernel, float gamma = 1) {
  weights.convolution(fmt::format("{}.conv{}", block, i), outputs, inputs, kernel);
  weights.batch_norm(fmt::format("{}.bn{}", block, i), outputs, gamma);
}

void basic_block(RandomWeights& weights, const std::string& name, int64_t inputs, int64_t outputs) {
  block_convolution(weights, name, 1, outputs, inputs, 3);
  block_convolution(weights, name, 2, outputs, outputs, 3, kBranchGamma);
}

void bottleneck(RandomWeights& weights, const std::string& name, int64_t inputs, int64_t width,
                int64_t groups, int64_t outputs) {
  block_convolution(weights, name, 1, width, inputs, 1);
  block_convolution(weights, name, 2, width, width / groups, 3);
  block_convolution(weights, name, 3, outputs, width, 1, kBranchGamma);
}

void projection(RandomWeights& weights, const std::string& block, int64_t inputs, int64_t outputs) {
  weights.convolution(block + ".downsample.0", outputs, inputs, 1);
  weights.batch_norm(block + ".downsample.1", outputs);
}

}  // namespace

void fill(const RandomResNet& network, RandomWeights& weights) {
  constexpr int64_t kStem = 64, kExpansion = 4;
  weights.convolution("conv1", kStem, 3, 7);
  weights.batch_norm("bn1", kStem);
  int64_t inputs = kStem;
  for (std::size_t stage = 0; stage < network.blocks.size(); ++stage) {
    const int64_t base = kStem << stage, outputs = network.bottleneck ? kExpansion * base : base;
    const int64_t width = base * network.width_per_group / kStem * network.groups;
    for (int block = 0; block < network.blocks[stage]; ++block) {
      const std::string name = block_name(stage, block);
      network.bottleneck ? bottleneck(weights, name, inputs, width, network.groups, outputs)
                         : basic_block(weights, name, inputs, outputs);
      if (block == 0 && inputs != outputs) projection(weights, name, inputs, outputs);
      inputs = outputs;
    }
  }
  weights.linear("fc", kImageNetClasses, inputs);
}

void fill(const RandomCifarResNet& network, RandomWeights& weights) {
  constexpr int64_t kStem = 16;
  constexpr std::size_t kStages = 3;
  weights.convolution("conv1", kStem, 3, 3);
  weights.batch_norm("bn1", kStem);
  int64_t inputs = kStem;
  for (std::size_t stage = 0; stage < kStages; ++stage) {
    const int64_t outputs = kStem << stage;
    for (int block = 0; block < network.blocks_of_stage; ++block) {
      basic_block(weights, block_name(stage, block), inputs, outputs);
      inputs = outputs;
    }
  }
  weights.linear("fc", kCifarClasses, inputs);
}

}  // namespace dpac
