/// @file
/// A quantised graph compiled in exact 8-bit integers: every activation is a byte, every product is uint8
/// times int8 summed in int32, and what follows it is one pass (kernels/integer_epilogue.h).
/// Digital ops without a run on bytes of their own go through floats, one sample at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/noise/quantizers.h"
#include "engine/onednn/onednn.h"
#include "engine/ops/digital.h"
#include "engine/plans/integer/integer_weights.h"
#include "engine/plans/plan.h"
#include "kernels/depthwise_product.h"
#include "kernels/integer_map.h"

namespace dpac {

struct IntegerPlanOptions {
  int64_t samples = 1;
  int threads = 1;           ///< Threads inside one operation.
  bool patch_norms = false;  ///< Shot noise: norms of input patches, from exact sums of squared codes.
};

class IntegerPlan final : public Plan {
 public:
  struct Step {
    onednn::Primitive primitive;      ///< Of products and compiled digital ops.
    std::size_t acc = 0;              ///< Offset of the int32 product in the arena, in floats.
    std::size_t value = 0;            ///< Offset of the codes.
    std::optional<std::size_t> sums;  ///< Offset of the sum of each pixel's codes, where a product needs it.
    std::optional<std::size_t> squares;  ///< The same of their squares, where noise follows them.
    std::vector<float> alpha;           ///< Scale of the input times those of the weights, [padded channels].
    std::vector<int32_t> group_places;  ///< Of a convolution with groups: where a channel's sums and norms
                                        ///< begin in those of all groups.
    Quantizer quantizer;                ///< Of the value.
    std::optional<DepthwiseProduct> depthwise;  ///< Instead of a primitive.
    std::optional<ByteTable> table;             ///< Of a smooth activation behind the product.
    std::optional<IntegerMaps> digital;         ///< Of a digital op that runs on bytes,
    std::optional<DigitalMaps> floats;          ///< and of one that does not: for one sample.
  };

  /// All but the options must outlive it. @throws Error where oneDNN cannot make a layer.
  IntegerPlan(const FusedGraph& graph, const std::vector<NodeIntegerWeights>& weights,
              const std::vector<NodeQuantizers>& quantizers, const IntegerPlanOptions& options);

  [[nodiscard]] const FusedGraph& graph() const { return graph_; }
  [[nodiscard]] const IntegerPlanOptions& options() const { return options_; }
  [[nodiscard]] const Step& step(std::size_t node) const { return steps_[node]; }
  [[nodiscard]] const NodeIntegerWeights& weights(std::size_t node) const { return weights_[node]; }
  [[nodiscard]] const NodeQuantizers& quantizers(std::size_t node) const { return quantizers_[node]; }

  /// Values that patches' sums of a product take in the workspace's norms; those of squares lie behind them.
  [[nodiscard]] int64_t patch_scratch(std::size_t node) const;

  [[nodiscard]] WorkspaceSize workspace_size() const override { return size_; }
  [[nodiscard]] std::unique_ptr<Worker> make_worker(const Workspace& workspace) const override;

 private:
  void make_step(std::size_t n);
  void make_product(std::size_t n);
  [[nodiscard]] IntegerValue value(std::size_t n) const;
  [[nodiscard]] RunMaps float_map(std::size_t n) const;
  [[nodiscard]] int64_t scratch_of(std::size_t n) const;
  [[nodiscard]] bool reads_pixel_sums(std::size_t n) const;
  void place_values();

  const FusedGraph& graph_;
  const std::vector<NodeIntegerWeights>& weights_;
  const std::vector<NodeQuantizers>& quantizers_;
  IntegerPlanOptions options_;
  std::vector<Step> steps_;
  WorkspaceSize size_;
};

}  // namespace dpac
