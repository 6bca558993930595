/// @file
/// The weights of families of networks, member by member; the walks mirror those of the networks' builders.
#pragma once

#include <array>
#include <cstdint>

#include "engine/networks/random/random_weights.h"

namespace dpac {

/// Of ImageNet: a 7x7 stem and four stages.
struct RandomResNet {
  std::array<int, 4> blocks;
  bool bottleneck = true;
  int64_t groups = 1;            ///< Of a bottleneck's 3x3 convolution.
  int64_t width_per_group = 64;  ///< Of its channels in the first stage.
};

/// Of CIFAR-10: a 3x3 stem, three stages of basic blocks, and shortcuts without weights.
struct RandomCifarResNet {
  int blocks_of_stage;
};

struct RandomShuffleNet {
  std::array<int64_t, 5> channels;  ///< Of the stem, the three stages and the last convolution.
};

struct RandomBert {
  int layers;
  int64_t features, heads;
};

struct RandomMobileNetV2 {};
struct RandomGoogLeNet {};
struct RandomInceptionV3 {};

void fill(const RandomResNet& network, RandomWeights& weights);
void fill(const RandomCifarResNet& network, RandomWeights& weights);
void fill(const RandomShuffleNet& network, RandomWeights& weights);
void fill(const RandomBert& network, RandomWeights& weights);
void fill(RandomMobileNetV2 network, RandomWeights& weights);
void fill(RandomGoogLeNet network, RandomWeights& weights);
void fill(RandomInceptionV3 network, RandomWeights& weights);

}  // namespace dpac
