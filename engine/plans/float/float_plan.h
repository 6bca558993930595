/// @file
/// A graph compiled in floating point: one primitive per node, and where every value lies in memory.
///
/// Values may be stored in bfloat16 between steps. Products are then made of such, and finished in the same
/// pass as in float32; what else computes in float32 (digital ops that oneDNN does not run, attention, norms
/// within groups) has copies in float32 for the time of its step. Logits stay in float32, where a product
/// makes them.
///
/// Images: `samples` maps lie one after another. Text: all sequences of a run lie side by side in one map of
/// `tokens` pixels, and what is left of a sequence after a pool in one of `samples` pixels, so that nothing
/// is computed for padding and products have many rows whatever the lengths.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/noise/quantizers.h"
#include "engine/onednn/onednn.h"
#include "engine/onednn/winograd.h"
#include "engine/ops/attention/attention_head.h"
#include "engine/ops/digital.h"
#include "engine/ops/digital_ops.h"
#include "engine/plans/plan.h"
#include "engine/plans/weights/node_weights.h"
#include "engine/storage.h"
#include "kernels/layout.h"

namespace dpac {

struct FloatPlanOptions {
  int64_t samples = 1;  ///< Images of a run, or the most sequences it may have.
  int64_t tokens = 0;   ///< Text: the most tokens of all sequences together.
  int threads = 1;      ///< Threads inside one operation.
  bool own_epilogue =
      false;  ///< Products keep their pre-activations; the rest is done by the analog epilogue.
  bool patch_norms = false;  ///< Shot noise: the epilogue also gives what norms of input patches are made of.
  Storage storage = Storage::float32;  ///< Of values; float32 with a tape or companion weights.
  bool tape = false;  ///< Runs note what a backward reads. Needs the own epilogue; for one noise point.
  /// Direct weights of a second product beside every operation's own, for weight noise: those without noise
  /// where a run is observed, those of the noise alone where it has a tape. Null for none.
  const std::vector<NodeWeights>* companion_weights = nullptr;
};

/// What a run notes of one node for a backward: offsets in the workspace's tape, in floats.
struct TapeEntry {
  /// Bits as in AnalogEpilogue::passes, of all samples; also of a quantised operation that is not analog.
  std::optional<std::size_t> passes, sum_passes;
  std::optional<std::size_t> slopes;  ///< Of a smooth activation, instead of `passes`.
  std::optional<std::size_t> norms;   ///< Of an analog operation's patches: shot noise. [samples][pixels], or
                                      ///< with groups as the output.
  std::optional<std::size_t> noise;   ///< At its pre-activations: weight noise. Laid out as the output.
  std::optional<std::size_t> workspace;  ///< Of a compiled digital op.
  std::optional<std::size_t> digital;    ///< What another digital op keeps.
  std::optional<std::size_t> heads;      ///< Buffers of all heads of all sequences, one after another.
};

/// One sample of a run, in a node's maps.
struct SamplePart {
  int64_t sample = 0;            ///< Index in the data set.
  int64_t position = 0;          ///< Where its logits go.
  int64_t map = 0;               ///< Which of the node's maps it lies in,
  int64_t first = 0, count = 0;  ///< and its pixels there.
};

/// A value that a step reads in float32, however it is stored.
struct FloatRead {
  int node = kNone;
  std::optional<std::size_t>
      copy;  ///< Offset of its copy for the time of the step; unset where it is stored so.
};

class FloatPlan final : public Plan {
 public:
  struct Step {
    onednn::Primitive primitive;  ///< Empty for what our own code computes, and for Winograd.
    std::optional<Winograd> winograd;
    onednn::Primitive companion;  ///< The product with the companion weights, where the options have them.
    Storage storage = Storage::float32;  ///< Of the product and the output.
    std::size_t product = 0;  ///< Offset of an analog operation's pre-activation in the arena, in floats.
    std::size_t value = 0;    ///< Offset of the output.
    std::size_t companion_value = 0;  ///< Offset of the companion's, unless it goes to the tape.
    std::optional<std::size_t>
        sums;  ///< Offset of sum_c y^2 per pixel, where an operation with shot noise reads it.
    std::optional<DigitalMaps> digital;     ///< Of a digital op.
    std::vector<FloatRead> float_reads;     ///< Of a step that computes in float32 itself.
    std::optional<std::size_t> wide_value;  ///< Offset of its output before it is stored in bfloat16.
    bool copies_residual = false;           ///< Into the memory of the output, where the product adds to it.
    int layer = kNone;                      ///< Position in analog_layers().
    NodeQuantizers quantizers;
    TapeEntry tape;
  };

  /// FusedGraph, weights and quantisers must outlive it. @throws Error where oneDNN cannot make a layer.
  FloatPlan(const FusedGraph& graph, const std::vector<NodeWeights>& weights,
            const std::vector<NodeQuantizers>& quantizers, const FloatPlanOptions& options);

  [[nodiscard]] const FusedGraph& graph() const { return graph_; }
  [[nodiscard]] const FloatPlanOptions& options() const { return options_; }
  [[nodiscard]] const Step& step(std::size_t node) const { return steps_[node]; }

  [[nodiscard]] std::size_t first_analog() const { return first_analog_; }

  /// Maps of a node that lie one after another: one per image, one for all text.
  [[nodiscard]] int64_t maps() const { return graph_.reads_text() ? 1 : options_.samples; }

  /// The map that a node's values lie in.
  [[nodiscard]] MapShape shape(std::size_t node) const;
  [[nodiscard]] BlockedMap map(std::size_t node) const;

  /// Values of a map of the node, which are plain for images and channel blocks else.
  [[nodiscard]] int64_t values_per_map(std::size_t node) const;

  /// Whether images are read where they came in.
  [[nodiscard]] bool keeps_images() const;

  /// Samples of a run: as many as sequences, or of images as many as the plan is made for.
  [[nodiscard]] std::size_t samples_of(std::span<const PlacedSequence> sequences) const;

  /// Sample s of a run; `samples` are the images' indices in the data set.
  [[nodiscard]] SamplePart part(std::size_t node, std::size_t s, const int64_t* samples,
                                std::span<const PlacedSequence> sequences) const;

  /// An attention over all tokens; no heads in a network without.
  [[nodiscard]] AttentionShape longest_attention() const;

  /// Floats that the buffers of all heads of all sequences of any run take at most.
  [[nodiscard]] std::size_t head_buffers() const;

  [[nodiscard]] WorkspaceSize workspace_size() const override { return size_; }
  [[nodiscard]] std::unique_ptr<Worker> make_worker(const Workspace& workspace) const override;

 private:
  [[nodiscard]] RunMaps run_maps(std::size_t node) const;
  void make_primitive(std::size_t n, const std::vector<NodeWeights>& weights);
  void make_companion(std::size_t n);
  [[nodiscard]] onednn::ConvolutionSpec product(std::size_t n, const NodeWeights& weights) const;
  void describe_steps();
  [[nodiscard]] std::vector<int> float_reads(std::size_t n) const;
  [[nodiscard]] Storage storage_of(std::size_t n, const std::vector<NodeWeights>& weights) const;

  const FusedGraph& graph_;
  FloatPlanOptions options_;
  std::vector<Step> steps_;
  std::size_t first_analog_;
  WorkspaceSize size_;
};

/// The layout of the output of an image's node.
BlockedMap blocked_map(const FusedNode& node);

}  // namespace dpac
