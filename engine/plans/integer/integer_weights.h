/// @file
/// Weights in 8-bit codes, as products of bytes take them.
///
/// Codes are asymmetric, w = w' + offset with w' in int8 and one offset per output channel. With activations'
/// codes x, sum x w = sum x w' + offset * sum x: oneDNN gives the first, a box filter over the codes the
/// second. Depthwise convolutions, whose sums are short, take w as it is (kernels/depthwise_product.h).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/onednn/onednn.h"

namespace dpac {

/// The codes of a node's weights; `packed` and `depthwise` are unset where it has none. Per-channel values
/// are padded with zeros.
struct NodeIntegerWeights {
  [[nodiscard]] bool is_depthwise() const { return !depthwise.empty(); }

  /// w' as [out, in / groups, kernel, kernel], both padded to multiples of 16 (images are not). Neighbouring
  /// groups are one where it takes several for whole multiples, with zeros for what an output does not see.
  std::vector<int8_t> codes;
  int64_t groups = 1;
  std::vector<int32_t> depthwise;  ///< w as [kernel, kernel, padded out].
  std::vector<float> scales;       ///< [padded out].
  std::vector<int32_t> offsets;    ///< [padded out].
  std::vector<float> bias;         ///< [padded out].
  std::optional<onednn::IntegerWeights> packed;
};

/// One per node, to be shared by all plans of the graph. `graph` holds the weights before they are quantised.
std::vector<NodeIntegerWeights> integer_weights(const FusedGraph& graph, double bits);

}  // namespace dpac
