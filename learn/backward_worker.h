/// @file
/// Runs a backward plan: the loop over the nodes, from the last to the first.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/plans/plan.h"
#include "kernels/analog_backward.h"
#include "learn/backward_plan.h"

namespace dpac {

/// What a backward reads besides the tape.
struct BackwardInput {
  const int64_t* samples = nullptr;                ///< Indices in the data set, as in the forward.
  std::span<const PlacedSequence> sequences = {};  ///< Instead, of a network that reads text.
  const NoiseState* noise = nullptr;
  const NoisePoint* point = nullptr;  ///< Has gains.
  NoiseSum sum = NoiseSum::product;
  const float* gradients = nullptr;  ///< d loss / d logits, [samples][classes].
  const Poll* poll = nullptr;
};

class BackwardWorker {
 public:
  /// `tape` is the workspace of the forward's worker. All must outlive it.
  BackwardWorker(const BackwardPlan& plan, const Workspace& tape, const Workspace& workspace);

  /// `sums` is [samples][channels of all analog layers]: the noise sums of kernels/analog_backward.h. Of
  /// sequences, sums and gradients are those of their positions.
  void run(const BackwardInput& input, double* sums);

 private:
  using Product = std::variant<std::monostate, onednn::Call, Winograd::Call>;

  [[nodiscard]] const FusedGraph& graph() const { return plan_.forward().graph(); }
  [[nodiscard]] const FusedNode& node(int n) const { return graph().nodes[static_cast<std::size_t>(n)]; }
  [[nodiscard]] const BackwardPlan::Step& step(int n) const {
    return plan_.step(static_cast<std::size_t>(n));
  }
  [[nodiscard]] const TapeEntry& tape(int n) const {
    return plan_.forward().step(static_cast<std::size_t>(n)).tape;
  }
  [[nodiscard]] const FloatPlan& forward() const { return plan_.forward(); }
  [[nodiscard]] BlockedMap map(int n) const { return forward().map(static_cast<std::size_t>(n)); }
  [[nodiscard]] bool text() const { return graph().reads_text(); }
  [[nodiscard]] SamplePart part_of(int n, std::size_t s, const BackwardInput& input) const {
    return forward().part(static_cast<std::size_t>(n), s, input.samples, input.sequences);
  }
  [[nodiscard]] int64_t floats(int n) const { return forward().maps() * map(n).size(); }
  [[nodiscard]] float* gradient(int n) const { return workspace_.arena() + step(n).gradient; }
  [[nodiscard]] bool reaches(int n) const { return n != kNone && step(n).needed; }
  [[nodiscard]] const uint8_t* bits(const std::optional<std::size_t>& offset, int64_t first) const;

  [[nodiscard]] Product bind(int n) const;
  void load(const BackwardInput& input) const;
  [[nodiscard]] AnalogBackward backward_of(int n, const SamplePart& part, const PixelRun& run,
                                           const BackwardInput& input) const;
  void product(int n, const BackwardInput& input, double* sums) const;
  static void square_for(NoiseSum sum, int64_t channels, double* sums);
  static void add_weight_noise(const AnalogBackward& outputs, const float* noise, NoiseSum sum,
                               float* gradient, double* sums);
  void attention(int n, const BackwardInput& input, double* sums) const;
  [[nodiscard]] double* sums_of(int layer, int64_t position, double* sums) const;
  void clear_clamped(int n) const;
  void to_input(int n);
  void through_digital(int n, const BackwardInput& input) const;

  const BackwardPlan& plan_;
  const Workspace& tape_;
  const Workspace& workspace_;
  onednn::Stream stream_;
  std::vector<Product> products_;
};

}  // namespace dpac
