/// @file
/// The convolutional networks of torchvision besides ResNets, by the names of their state_dicts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/networks/weights.h"

namespace dpac {

/// One kind of network.
struct TorchFamily {
  std::string_view name;                  ///< "MobileNetV2".
  std::vector<std::string_view> anchors;  ///< Names of weights that it has, and no other network.
  std::vector<std::string_view>
      training;      ///< Beginnings of names that only training needs: auxiliary classifiers.
  Shape input_size;  ///< [H, W] that torchvision's own weights were trained for.
  double epsilon;    ///< BatchNorm's, where the file does not say it.
  Graph (*build)(const Checkpoint& checkpoint, const MapShape& image, double epsilon);
};

/// All of them.
const std::vector<TorchFamily>& torch_families();

/// A network of a family among the weights of a file.
struct TorchPlace {
  const TorchFamily* family;
  std::string prefix;  ///< What stands in front of its names: "model.".
};

/// Unset where no family is there.
std::optional<TorchPlace> find_torch_network(const std::vector<std::string>& names);

/// The graph of a checkpoint of that family for images of `input_size` ([H, W]; unset: what the file says,
/// else the family's). @throws Error that lists all missing, extra and mis-shaped weights.
Graph build_torch_network(const TorchFamily& family, const Checkpoint& checkpoint,
                          const std::optional<Shape>& input_size);

Graph build_mobilenet_v2(const Checkpoint& checkpoint, const MapShape& image, double epsilon);
Graph build_shufflenet_v2(const Checkpoint& checkpoint, const MapShape& image, double epsilon);
Graph build_googlenet(const Checkpoint& checkpoint, const MapShape& image, double epsilon);
Graph build_inception_v3(const Checkpoint& checkpoint, const MapShape& image, double epsilon);

}  // namespace dpac
