/// @file
/// ResNets with random weights, made in memory: for tests of the engine that need no file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/networks/weights.h"

namespace dpac::test {

struct RandomResNet {
  std::vector<int> blocks = {1, 1};
  int width = 16;
  bool bottleneck = false;
  int stem_kernel = 3;
  int in_channels = 3;
  int classes = 10;
  bool projection = true;  ///< Else parameter-free shortcuts.
  bool conv_bias = false;
};

/// torchvision names; He-scaled weights, BatchNorm statistics near (0, 1).
Checkpoint random_resnet(const RandomResNet& shape);

}  // namespace dpac::test
