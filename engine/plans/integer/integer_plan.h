/// @file
/// A quantised graph compiled in exact 8-bit integers: every activation is a byte, every product is uint8
/// times int8 summed in int32, and what follows it is one pass (kernels/integer_epilogue.h).
///
/// Weights' codes are asymmetric, w = w' + offset with w' in int8 and one offset per output channel. With
/// activations' codes x, sum x w = sum x w' + offset * sum x: oneDNN gives the first, a box filter over the
/// codes the second.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/noise/quantization.h"
#include "engine/onednn/onednn.h"
#include "engine/ops/digital.h"
#include "engine/plans/plan.h"
#include "kernels/integer_map.h"

namespace dpac {

/// The codes of a node's weights; `packed` is unset where it has none. Per-channel values are padded with
/// zeros.
struct NodeIntegerWeights {
  std::vector<int8_t>
      codes;  ///< w' as [out, in, kernel, kernel], both padded to multiples of 16 (images are not).
  std::vector<float> scales;     ///< [padded out].
  std::vector<int32_t> offsets;  ///< [padded out].
  std::vector<float> bias;       ///< [padded out].
  std::optional<onednn::IntegerWeights> packed;
};

/// One per node, to be shared by all plans of the graph. `graph` holds the weights before they are quantised.
std::vector<NodeIntegerWeights> integer_weights(const FusedGraph& graph, double bits);

/// Whether the graph can run in integers here: at most 8 bits everywhere, no sum that could overflow, and a
/// machine on which oneDNN's products are exact.
bool suits_integers(const FusedGraph& graph, const Quantization& quantization,
                    const std::vector<NodeQuantizers>& quantizers);

struct IntegerPlanOptions {
  int64_t samples = 1;
  int threads = 1;  ///< Threads inside one operation.
};

class IntegerPlan final : public Plan {
 public:
  struct Step {
    onednn::Primitive primitive;      ///< Of products and compiled digital ops.
    std::size_t acc = 0;              ///< Offset of the int32 product in the arena, in floats.
    std::size_t value = 0;            ///< Offset of the codes.
    std::optional<std::size_t> sums;  ///< Offset of the sum of each pixel's codes, where a product needs it.
    std::vector<float> alpha;         ///< Scale of the input times those of the weights, [padded channels].
    Quantizer quantizer;              ///< Of the value.
    std::optional<IntegerMaps> digital;  ///< Of a digital op.
  };

  /// All but the options must outlive it. @throws Error where oneDNN cannot make a layer.
  IntegerPlan(const FusedGraph& graph, const std::vector<NodeIntegerWeights>& weights,
              const std::vector<NodeQuantizers>& quantizers, const IntegerPlanOptions& options);

  [[nodiscard]] const FusedGraph& graph() const { return graph_; }
  [[nodiscard]] const IntegerPlanOptions& options() const { return options_; }
  [[nodiscard]] const Step& step(std::size_t node) const { return steps_[node]; }
  [[nodiscard]] const NodeIntegerWeights& weights(std::size_t node) const { return weights_[node]; }
  [[nodiscard]] const NodeQuantizers& quantizers(std::size_t node) const { return quantizers_[node]; }

  [[nodiscard]] WorkspaceSize workspace_size() const override { return size_; }
  [[nodiscard]] std::unique_ptr<Worker> make_worker(const Workspace& workspace) const override;

 private:
  void make_step(std::size_t n);
  void make_product(std::size_t n);
  [[nodiscard]] IntegerValue value(std::size_t n) const;
  void place_values();

  const FusedGraph& graph_;
  const std::vector<NodeIntegerWeights>& weights_;
  const std::vector<NodeQuantizers>& quantizers_;
  IntegerPlanOptions options_;
  std::vector<Step> steps_;
  WorkspaceSize size_;
};

/// The layout of a node's codes.
IntegerMap integer_map(const FusedNode& node);

/// The same as one block of padded channels: for kernels that number noise elements or copy channels.
BlockedMap integer_layout(const FusedNode& node);

}  // namespace dpac
