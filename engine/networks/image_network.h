/// @file
/// From a checkpoint of any network of images that is known to its graph.
#pragma once

#include "engine/graph/graph.h"
#include "engine/networks/resnet.h"
#include "engine/networks/weights.h"

namespace dpac {

/// The network of a file that has its topology; else a ResNet, or one of torchvision's other networks
/// (engine/networks/torchvision/torchvision.h), whose input_size alone is an option. @throws Error as their
/// builders, and where an option does not fit the network.
Graph build_image_network(const Checkpoint& checkpoint, const ResNetOptions& options = {});

/// The same; of a ResNet in the checkpoint's own memory: its weights keep their shapes alone.
Graph build_image_network(Checkpoint&& checkpoint, const ResNetOptions& options = {});

}  // namespace dpac
