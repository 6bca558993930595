/// @file
/// Builds graphs from the modules of torchvision's networks: a convolution with its BatchNorm, folded in
/// double precision, by the names of both.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/networks/weight_reader.h"

namespace dpac {

/// What the shape of a convolution's weights does not say.
struct Windows {
  Extent stride = 1;
  Extent padding = 0;  ///< On both sides of each axis.
};

class TorchModules {
 public:
  /// `network` is what the weights should make up, for messages: "a MobileNetV2". The graph's input is
  /// `image`.
  TorchModules(const Checkpoint& checkpoint, std::string network, const MapShape& image, double epsilon);

  [[nodiscard]] int input() const { return 0; }
  [[nodiscard]] bool has(const std::string& module) const;
  [[nodiscard]] const MapShape& shape_of(int node) const {
    return values_[static_cast<std::size_t>(node)].shape;
  }

  /// Named `convolution`; groups are as many as its weights leave. @throws Error where the walk cannot go on.
  int convolution(const std::string& convolution, const std::string& batchnorm, int from,
                  const Windows& windows);

  /// The same with an activation behind it.
  int activated(const std::string& convolution, const std::string& batchnorm, int from,
                const Windows& windows, const ActivationOp& activation);

  int linear(const std::string& name, int from);
  int add(const std::string& name, Op op, std::vector<int> inputs);

  /// PyTorch's max_pool2d; `ceil_mode` lets windows reach beyond the padding.
  int max_pool(const std::string& name, int from, int kernel, int stride, int padding = 0,
               bool ceil_mode = false);

  void assume(std::string sentence) { graph_.assumed.push_back(std::move(sentence)); }

  /// @throws Error with all weights that are missing, extra or mis-shaped.
  Graph finish(std::string architecture);

 private:
  const Tensor& take(const std::string& name, const Shape& expected);

  const Checkpoint& checkpoint_;
  WeightReader reader_;
  Graph graph_;
  std::vector<Value> values_;
  double epsilon_;
};

}  // namespace dpac
