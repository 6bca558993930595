/// @file
/// Builds ResNets of the whole family from a checkpoint: basic and bottleneck blocks, any depth and width,
/// ImageNet and CIFAR stems, projection and parameter-free shortcuts.
#pragma once

#include <optional>

#include "engine/graph.h"
#include "engine/weights.h"

namespace dpac {

/// Infers the architecture from the weights' names and shapes and from the checkpoint's traits, and folds
/// BatchNorm in double precision.
///
/// `input_size` is [H, W]; unset: what the file fixes, else 224x224 under a 7x7 stem and 32x32 under a 3x3
/// one.
/// @throws Error that lists all missing, extra and mis-shaped weights, or says why this is no ResNet.
Graph build_resnet(const Checkpoint& checkpoint, std::optional<Shape> input_size = std::nullopt);

}  // namespace dpac
