/// @file
/// Checkpoints of named architectures with random weights: for whoever wants a network's cost and has no
/// weights of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/networks/weights.h"

namespace dpac {

/// The architectures that random_checkpoint() knows: "resnet50", "bert_base". ImageNet's have torchvision's
/// names and its 1,000 classes, those of CIFAR-10 (resnet20, resnet32, ...) the names of their paper (He et
/// al., arXiv 1512.03385) and 10 classes; encoders of text end in a classifier of two.
std::vector<std::string> random_network_names();

/// A checkpoint as a file of that network would give it: the names and shapes of its weights, and what else
/// the file says. The values are the same in every call. They keep the spread of activations alike from layer
/// to layer, so that logits are finite and depend on the input, but recognise nothing. @throws Error for a
/// name that is not known.
Checkpoint random_checkpoint(std::string_view name);

}  // namespace dpac
