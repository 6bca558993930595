/// @file
/// Runs a float plan: the loop over the nodes.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "engine/float_plan.h"

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
  [[nodiscard]] float* value(int node) const { return at(plan_.step(static_cast<std::size_t>(node)).value); }
  [[nodiscard]] const Node& node(std::size_t n) const { return plan_.graph().nodes[n]; }
  [[nodiscard]] const Node& input_of(const Node& node) const {
    return this->node(static_cast<std::size_t>(node.input));
  }
  [[nodiscard]] const float* input_value(const Node& node, const RunInput& input) const;
  [[nodiscard]] int64_t samples() const { return plan_.options().samples; }

  void compute(std::size_t n, const RunInput& input);
  void finish(std::size_t n, int layer, const NoisePoint& point, const RunInput& input);
  void finish_digital(std::size_t n, const RunInput& input);
  void finish_analog(std::size_t n, int layer, const NoisePoint& point, const RunInput& input);
  void compute_companion(std::size_t n, const RunInput& input);
  [[nodiscard]] uint8_t* bits(std::optional<std::size_t> offset, int64_t s, const BlockedMap& map) const;
  [[nodiscard]] AnalogEpilogue epilogue_of(std::size_t n, int layer, int64_t s, const NoisePoint& point,
                                           const RunInput& input) const;
  [[nodiscard]] const float* norms_of_patches(std::size_t n, int64_t s, const PatchWindow& window) const;
  [[nodiscard]] AnalogView view_of(std::size_t n, int layer, int64_t s, const NoisePoint& point,
                                   const AnalogEpilogue& epilogue, const NoiseKey& key,
                                   const RunInput& input) const;
  void run_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const float* src, float* dst,
                    float* sums) const;
  void run_subsample(const Node& node, std::size_t n, const SubsampleOp& op) const;
  void quantize_input(const Node& node, const Quantizer& quantizer, const RunInput& input) const;
  void quantize_value(const Node& node, std::size_t n, const Quantizer& quantizer) const;
  void note_inside(const Node& node, std::size_t n, const Quantizer& quantizer) const;
  void sum_squares_of(const Node& node, std::size_t n, const RunInput& input) const;
  void show_values(std::size_t n, const RunInput& input) const;
  void copy_logits(float* logits) const;

  const FloatPlan& plan_;
  const Workspace& workspace_;
  onednn::Stream stream_;
  std::vector<Product> products_;
  std::vector<onednn::Call> companions_;  ///< One per node; empty where the plan has none.
};

}  // namespace dpac
