/// @file
/// Builds ResNets of the whole family from a checkpoint: basic and bottleneck blocks, any depth and width,
/// ImageNet and CIFAR stems, projection and parameter-free shortcuts.
#pragma once

#include <optional>

#include "engine/graph/graph.h"
#include "engine/networks/weights.h"

namespace dpac {

struct ResNetOptions {
  /// [H, W]; unset: what the file fixes, else 224x224 under a 7x7 stem and 32x32 under a 3x3 one.
  std::optional<Shape> input_size = {};
  /// Whether a bottleneck's stride is in its first 1x1 convolution (Caffe), not in the 3x3 one; unset: what
  /// the file says, else in the 3x3 one.
  std::optional<bool> stride_in_first_conv = {};
  /// Ends in the averaged features of the last block, whatever lies behind it in the file.
  bool no_head = false;
};

/// Infers the architecture from the weights' names and shapes and from the checkpoint's traits, and folds
/// BatchNorm in double precision. Whatever neither they nor the options say is assumed to be as torchvision
/// has it, and Graph::assumed says what that was.
/// @throws Error that lists all missing, extra and mis-shaped weights, or says why this is no ResNet, or why
/// an option contradicts the file.
Graph build_resnet(const Checkpoint& checkpoint, const ResNetOptions& options = {});

/// The same, in the checkpoint's own memory: its weights keep their shapes alone.
Graph build_resnet(Checkpoint&& checkpoint, const ResNetOptions& options = {});

}  // namespace dpac
