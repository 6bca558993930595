/// @file
/// Weights of convolutions with groups as oneDNN's blocked layouts take them fast.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/tensor.h"

namespace dpac {

/// Whether every channel of a convolution is a group of its own, and gives one.
bool is_depthwise(const FusedNode& node);

/// How many neighbouring groups, of `in` channels that give `out`, make one of whole blocks; all of them,
/// where nothing less does.
int64_t merged_groups(int64_t groups, int64_t in, int64_t out, int64_t block);

/// A product whose groups have whole channel blocks, made of neighbouring groups with zeros where one's
/// output does not see the other's input: sums gain zeros only. Depthwise convolutions stay as they are, with
/// zero channels up to a whole block. Where no number of groups makes whole blocks, it is one group.
class GroupedWeights {
 public:
  /// `node` is a convolution over `in_channels` channels.
  GroupedWeights(const FusedNode& node, int64_t in_channels, bool with_bias);

  [[nodiscard]] int64_t groups() const { return groups_; }
  [[nodiscard]] int64_t in_channels() const { return groups_ * in_per_group_; }
  [[nodiscard]] int64_t out_channels() const { return weights_.dim(0); }

  /// [out_channels, in_channels / groups, kernel height, kernel width].
  [[nodiscard]] const Tensor& weights() const { return weights_; }
  [[nodiscard]] const std::vector<float>& bias() const { return bias_; }

  /// Other weights of the node, in its own layout [out, in / groups, kernel height, kernel width].
  void fill(const float* plain);

 private:
  void choose_groups(const FusedNode& node, int64_t in_channels);

  Shape plain_;  // Of the node's weights.
  int64_t plain_groups_ = 1;
  int64_t groups_ = 1, in_per_group_ = 1, merged_ = 1;  // `merged_` of the node's groups make one.
  Tensor weights_;
  std::vector<float> bias_;
};

}  // namespace dpac
