#include "engine/networks/torchvision/torchvision.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace dpac {

const std::vector<TorchFamily>& torch_families() {
  constexpr double kUsual = 1e-5, kInception = 1e-3;
  static const std::vector<TorchFamily> families = {
      {"MobileNetV2",
       {"features.1.conv.0.0.weight", "features.2.conv.1.0.weight", "features.2.conv.2.weight"},
       {},
       {224, 224},
       kUsual,
       build_mobilenet_v2},
      {"ShuffleNetV2",
       {"stage2.0.branch1.0.weight", "stage2.0.branch2.0.weight", "conv5.0.weight"},
       {},
       {224, 224},
       kUsual,
       build_shufflenet_v2},
      {"GoogLeNet",
       {"inception3a.branch1.conv.weight", "inception3a.branch2.0.conv.weight"},
       {"aux1.", "aux2."},
       {224, 224},
       kInception,
       build_googlenet},
      {"InceptionV3",
       {"Conv2d_1a_3x3.conv.weight", "Mixed_5b.branch1x1.conv.weight"},
       {"AuxLogits."},
       {299, 299},
       kInception,
       build_inception_v3},
  };
  return families;
}

std::optional<TorchPlace> find_torch_network(const std::vector<std::string>& names) {
  const std::set<std::string, std::less<>> all(names.begin(), names.end());
  for (const TorchFamily& family : torch_families()) {
    for (const std::string& name : names) {
      if (!name.ends_with(family.anchors[0])) continue;
      const std::string prefix = name.substr(0, name.size() - family.anchors[0].size());
      const auto present = [&](std::string_view anchor) {
        return all.contains(prefix + std::string(anchor));
      };
      const bool whole = prefix.empty() || prefix.ends_with('.');
      if (whole && std::all_of(family.anchors.begin(), family.anchors.end(), present))
        return {{&family, prefix}};
    }
  }
  return std::nullopt;
}

Graph build_torch_network(const TorchFamily& family, const Checkpoint& checkpoint,
                          const std::optional<Shape>& input_size) {
  constexpr int64_t kColours = 3;
  const ResNetTraits& traits = checkpoint.traits;
  const Shape size = input_size.value_or(traits.input_size.value_or(family.input_size));
  const double epsilon = traits.batchnorm_epsilon.value_or(family.epsilon);
  Graph graph = family.build(checkpoint, {kColours, size[0], size[1]}, epsilon);
  if (!input_size && !traits.input_size) {
    graph.assumed.push_back(fmt::format("the input is {}x{} pixels, as torchvision's own {} takes", size[0],
                                        size[1], family.name));
  }
  if (!traits.batchnorm_epsilon) {
    graph.assumed.push_back(
        fmt::format("BatchNorm's epsilon is {}, as torchvision's {} has it", epsilon, family.name));
  }
  return graph;
}

}  // namespace dpac
