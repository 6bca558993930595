/// @file
/// Names of ResNets in weight files of PyTorch, brought to torchvision's. For the loaders' own use.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "loaders/weights/stored_array.h"

namespace dpac {

/// The naming of one file. The network is found by where its own names lie, whatever stands in front of them:
/// torchvision's ("layer1.0.conv1.weight"), those of the CIFAR repositories (shortcut, linear) and Hugging
/// Face's
/// ("encoder.stages.0.layers.0.layer.0.convolution.weight").
class ResNetNames {
 public:
  /// Unset if no ResNet is in the file. @throws Error, beginning with `file`, if it is not clear which one is
  /// meant.
  static std::optional<ResNetNames> find(const std::string& file, const std::vector<StoredArray>& arrays);

  /// torchvision's name of an array. Unset for a stranger: what lies beside the network, or within its names
  /// but apart from its blocks and without anything that could belong between them.
  [[nodiscard]] std::optional<std::string> operator()(const std::string& path) const;

  /// What stands in front of the network's names, "model.backbone.".
  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  [[nodiscard]] bool is_hugging_face() const { return hugging_face_; }
  [[nodiscard]] const std::vector<std::string>& assumed() const { return assumed_; }

 private:
  explicit ResNetNames(const std::vector<StoredArray>& arrays);
  bool find_place(const std::string& file);
  void find_head();
  [[nodiscard]] bool could_matter(const std::string& name) const;

  std::map<std::string, Shape> shapes_;  // By plain names.
  std::string prefix_;
  std::set<std::string> others_;  // Prefixes of other networks.
  bool hugging_face_ = false;
  std::map<std::string, std::string> head_;  // Plain name to name in the network.
  std::vector<std::string> assumed_;
};

}  // namespace dpac
