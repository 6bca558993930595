/// @file
/// Runs a float plan: the loop over the nodes.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/plans/float/float_plan.h"
#include "kernels/quantizer.h"

namespace dpac {

class FloatWorker final : public Worker {
 public:
  FloatWorker(const FloatPlan& plan, const Workspace& workspace);

  void run(const RunInput& input, const LogitsOutput& output) override;

 private:
  /// What a node computes by a compiled primitive: nothing, oneDNN's call, or Winograd.
  using Product = std::variant<std::monostate, onednn::Call, Winograd::Call>;

  [[nodiscard]] Product bind(std::size_t n) const;
  [[nodiscard]] float* at(std::size_t offset) const { return workspace_.arena() + offset; }
  [[nodiscard]] StoredValues value(std::size_t n) const {
    return {at(plan_.step(n).value), plan_.step(n).storage};
  }
  [[nodiscard]] StoredValues value(int n) const { return value(static_cast<std::size_t>(n)); }
  [[nodiscard]] StoredValues product(std::size_t n) const {
    return {at(plan_.step(n).product), plan_.step(n).storage};
  }
  /// What a step that computes in float32 reads and makes.
  [[nodiscard]] const float* float_input(std::size_t n, std::size_t i) const;
  [[nodiscard]] float* float_value(std::size_t n) const;
  [[nodiscard]] const FusedNode& node(std::size_t n) const { return plan_.graph().nodes[n]; }
  [[nodiscard]] const FusedNode& node(int n) const { return node(static_cast<std::size_t>(n)); }
  [[nodiscard]] const void* input_value(const FusedNode& node, const RunInput& input) const;
  [[nodiscard]] BlockedMap input_map(std::size_t n) const {
    return plan_.map(static_cast<std::size_t>(node(n).input()));
  }
  [[nodiscard]] bool text() const { return plan_.graph().reads_text(); }
  [[nodiscard]] int64_t maps() const { return plan_.maps(); }
  [[nodiscard]] SamplePart part_of(std::size_t n, std::size_t s, const RunInput& input) const {
    return plan_.part(n, s, input.samples, input.sequences);
  }

  void compute(std::size_t n, const RunInput& input);
  void finish(std::size_t n, const NoisePoint& point, const RunInput& input);
  void finish_digital(std::size_t n, const RunInput& input);
  void finish_product(std::size_t n, const NoisePoint& point, const RunInput& input);
  void finish_attention(std::size_t n, const NoisePoint& point, const RunInput& input);
  void compute_companion(std::size_t n, const RunInput& input);
  [[nodiscard]] uint8_t* bits(std::optional<std::size_t> offset, int64_t map_index,
                              const BlockedMap& map) const;
  [[nodiscard]] AnalogEpilogue epilogue_of(std::size_t n, const SamplePart& part, const NoisePoint& point,
                                           const RunInput& input);
  [[nodiscard]] std::span<const PixelRun> runs_of(const SamplePart& part);
  [[nodiscard]] const float* norms_of_patches(std::size_t n, const SamplePart& part,
                                              const RunInput& input) const;
  [[nodiscard]] const float* norms_in_groups(std::size_t n, const SamplePart& part,
                                             const RunInput& input) const;
  void show_product(std::size_t n, const SamplePart& part, const NoisePoint& point,
                    const AnalogEpilogue& epilogue, const NoiseKey& key, const RunInput& input) const;
  void run_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, StoredValues src, StoredValues dst,
                    float* sums) const;
  void run_digital_op(std::size_t n, const RunInput& input);
  void widen_inputs(std::size_t n) const;
  void store_wide(std::size_t n) const;
  void store_images(const RunInput& input) const;
  void quantize_value(std::size_t n, const Quantizer& quantizer) const;
  void sum_squares_of(std::size_t n, const RunInput& input) const;
  void sum_squares_of_images(const RunInput& input) const;
  void show_values(std::size_t n, const RunInput& input) const;
  void copy_logits(float* logits, const RunInput& input) const;

  const FloatPlan& plan_;
  const Workspace& workspace_;
  onednn::Stream stream_;
  std::vector<Product> products_;
  std::vector<onednn::Call> companions_;                   ///< One per node; empty where the plan has none.
  std::vector<std::vector<const float*>> digital_inputs_;  ///< Of every node.
  std::vector<PixelRun> runs_;                             ///< Of a sequence: one per thread.
};

}  // namespace dpac
