/// @file
/// Small checkpoints of torchvision's networks.
#pragma once

#include <cstdint>
#include <string>

#include "engine/networks/weights.h"

namespace dpac::test {

/// Adds tensors with random values, whose origins are their names.
class TorchCheckpoint {
 public:
  void add(const std::string& name, const Shape& shape, float low = -0.5f, float high = 0.5f);

  /// A convolution and its BatchNorm.
  void pair(const std::string& convolution, const std::string& batchnorm, const Shape& shape);

  Checkpoint checkpoint;

 private:
  uint32_t seed_ = 1;
};

/// A MobileNetV2 of three blocks: without an expansion, with a sum, with neither.
Checkpoint small_mobilenet();

}  // namespace dpac::test
