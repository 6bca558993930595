/// @file
/// Runs an integer plan: the loop over the nodes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/plans/integer/integer_plan.h"
#include "kernels/analog_epilogue.h"
#include "kernels/integer_epilogue.h"

namespace dpac {

class IntegerWorker final : public Worker {
 public:
  IntegerWorker(const IntegerPlan& plan, const Workspace& workspace);

  /// Has nothing to show to an observer.
  void run(const RunInput& input, const LogitsOutput& output) override;

 private:
  [[nodiscard]] const FusedNode& node(std::size_t n) const { return plan_.graph().nodes[n]; }
  [[nodiscard]] int64_t samples() const { return plan_.options().samples; }
  [[nodiscard]] uint8_t* codes(std::size_t n) const;
  [[nodiscard]] int32_t* integers(std::size_t offset) const;

  void compute(std::size_t n, const RunInput& input);
  void finish(std::size_t n, int layer, const NoisePoint& point, const RunInput& input) const;
  [[nodiscard]] IntegerEpilogue epilogue_of(std::size_t n, int layer, const NoisePoint& point) const;
  /// How pixels are summed up: codes or their squares, of one sample of a node.
  struct Summed {
    const std::optional<std::size_t>& of_pixels;  ///< Where the sums of all channels are.
    void (*sum)(const IntegerMap&, int64_t, int64_t, int32_t, const uint8_t*, int32_t*);
    int32_t* scratch;
  };

  [[nodiscard]] const int32_t* patches_of(std::size_t n, int64_t s, const PatchWindow& window,
                                          const Summed& summed) const;
  [[nodiscard]] const int32_t* patch_sums_of(std::size_t n, int64_t s, const PatchWindow& window) const;
  [[nodiscard]] const float* patch_norms_of(std::size_t n, int64_t s, const PatchWindow& window) const;
  void run_epilogue(std::size_t n, const IntegerEpilogue& epilogue, const NoiseKey& key,
                    std::span<const PixelRun> runs, const int32_t* acc, uint8_t* dst) const;
  [[nodiscard]] std::vector<const float*> inputs_in_floats(std::size_t n) const;
  void run_depthwise(std::size_t n) const;
  void run_through_floats(std::size_t n) const;
  void quantize_images(std::size_t n, const RunInput& input) const;
  void sum_pixels(std::size_t n) const;
  void copy_logits(float* logits) const;

  const IntegerPlan& plan_;
  const Workspace& workspace_;
  onednn::Stream stream_;
  std::vector<std::vector<const float*>> float_inputs_;  ///< One per node: of those that run through floats.
  std::vector<onednn::Call> calls_;                      ///< One per node; empty where it has no primitive.
  std::vector<std::vector<const uint8_t*>> digital_inputs_;  ///< Of every node.
};

}  // namespace dpac
