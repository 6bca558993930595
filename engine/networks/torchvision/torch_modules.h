/// @file
/// Builds graphs from the modules of networks as torchvision names them: a convolution with its BatchNorm,
/// folded in double precision, by the names of both.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/networks/fold_batchnorm.h"
#include "engine/networks/weight_reader.h"

namespace dpac {

/// How much padding a convolution has.
enum class Border {
  given,  ///< Windows::padding.
  half,   ///< Half of its kernel, which is square and of odd size.
  same,   ///< TensorFlow's SAME, of such a kernel.
};

/// What the shape of a convolution's weights does not say.
struct Windows {
  Extent stride = 1;
  Extent padding = 0;  ///< On both sides of each axis.
  Border border = Border::given;
  bool may_have_groups = true;  ///< As many as its weights leave; else one.
};

/// The window of a kernel over a map.
Geometry window_over(const MapShape& in, const Extent& kernel, const Windows& windows);

/// Where weights are missing or mis-shaped it goes on as far as shapes can be told, so that finish() finds
/// whatever else is wrong. Of weights that are outlines it makes a graph without values, good for nothing but
/// to learn from finish() whether they fit.
class TorchModules {
 public:
  /// `network` is what the weights should make up, for messages: "a MobileNetV2". The graph's input is
  /// `image`.
  TorchModules(const Checkpoint& checkpoint, std::string network, const MapShape& image, double epsilon)
      : TorchModules(checkpoint, WeightReader(checkpoint, std::move(network)), image, epsilon) {}

  /// The same, where `reader` is the checkpoint's and may empty it.
  TorchModules(const Checkpoint& checkpoint, WeightReader reader, const MapShape& image, double epsilon);

  [[nodiscard]] int input() const { return 0; }
  [[nodiscard]] bool has(const std::string& module) const;
  [[nodiscard]] const MapShape& shape_of(int node) const {
    return values_[static_cast<std::size_t>(node)].shape;
  }
  /// Of a convolution.
  [[nodiscard]] int64_t groups_of(int node) const;
  /// Whether nothing was missing so far.
  [[nodiscard]] bool complete() const { return reader_.complete(); }
  /// Whether a BatchNorm was folded.
  [[nodiscard]] bool normalised() const { return normalised_; }

  /// Named `convolution`. With a bias of its own it may be without BatchNorm. @throws Error where the walk
  /// cannot go on.
  int convolution(const std::string& convolution, const std::string& batchnorm, int from,
                  const Windows& windows);

  /// The same with an activation behind it.
  int activated(const std::string& convolution, const std::string& batchnorm, int from,
                const Windows& windows, const ActivationOp& activation);

  int linear(const std::string& name, int from);
  /// The same; a file without a bias has zeros.
  int linear_with_any_bias(const std::string& name, int from);
  int add(const std::string& name, Op op, std::vector<int> inputs);

  /// PyTorch's max_pool2d; `ceil_mode` lets windows reach beyond the padding.
  int max_pool(const std::string& name, int from, int kernel, int stride, int padding = 0,
               bool ceil_mode = false);

  /// A weight that the network does not use: no extra one.
  void leave(const std::string& name) { reader_.leave(name); }

  void assume(std::string sentence) { graph_.assumed.push_back(std::move(sentence)); }

  /// @throws Error with all weights that are missing, extra or mis-shaped.
  Graph finish(std::string architecture);

 private:
  [[nodiscard]] int64_t guess_channels(const std::string& convolution, const std::string& batchnorm) const;
  [[nodiscard]] Geometry geometry_of(const std::string& convolution, const Tensor* weights,
                                     const MapShape& in, const Windows& windows) const;
  [[nodiscard]] FoldedConvolution fold(const std::string& convolution, const std::string& batchnorm,
                                       const Tensor* weights, int64_t channels);
  int linear(const std::string& name, int from, const Tensor* weights, const Tensor* bias);
  int stand_in(const std::string& name, Op op, const MapShape& shape, int from);

  const Checkpoint& checkpoint_;
  WeightReader reader_;
  Graph graph_;
  std::vector<Value> values_;
  double epsilon_;
  bool normalised_ = false;
};

}  // namespace dpac
