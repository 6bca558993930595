/// @file
/// Whether the arrays of a weight file make up the network that their names say, told by their shapes before
/// any of them is read: what a file claims beyond its network costs neither time nor memory. For the loaders'
/// own use.
#pragma once

#include <vector>

#include "engine/networks/torchvision/torchvision.h"
#include "engine/networks/weights.h"
#include "loaders/weights/network_weights.h"

namespace dpac {

/// @throws UnfitWeights that lists what is missing, extra or mis-shaped, be it built with its head or
/// without.
void check_resnet_shapes(const Checkpoint& checkpoint, const std::vector<NamedArray>& chosen);

/// @throws UnfitWeights that lists what is missing, extra or mis-shaped.
void check_torch_shapes(const Checkpoint& checkpoint, const std::vector<NamedArray>& chosen,
                        const TorchFamily& family);

/// The same, whatever the number of heads and the length of sequences.
void check_bert_shapes(const Checkpoint& checkpoint, const std::vector<NamedArray>& chosen);

}  // namespace dpac
