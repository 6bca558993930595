/// @file
/// Runs a backward plan: the loop over the nodes, from the last to the first.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "engine/plan.h"
#include "kernels/analog_backward.h"
#include "learn/backward_plan.h"

namespace dpac {

/// What a backward reads besides the tape.
struct BackwardInput {
  const int64_t* samples = nullptr;  ///< Indices in the data set, as in the forward.
  const NoiseState* noise = nullptr;
  const NoisePoint* point = nullptr;  ///< Has gains.
  NoiseSum sum = NoiseSum::product;
  const float* gradients = nullptr;  ///< d loss / d logits, [samples of the plan][classes].
};

class BackwardWorker {
 public:
  /// `tape` is the workspace of the forward's worker. All must outlive it.
  BackwardWorker(const BackwardPlan& plan, const Workspace& tape, const Workspace& workspace);

  /// `sums` is [samples of the plan][padded channels of all analog layers]: the noise sums of
  /// kernels/analog_backward.h. Allocates nothing.
  void run(const BackwardInput& input, double* sums);

 private:
  using Product = std::variant<std::monostate, onednn::Call, Winograd::Call>;

  [[nodiscard]] const Graph& graph() const { return plan_.forward().graph(); }
  [[nodiscard]] const Node& node(int n) const { return graph().nodes[static_cast<std::size_t>(n)]; }
  [[nodiscard]] const BackwardPlan::Step& step(int n) const {
    return plan_.step(static_cast<std::size_t>(n));
  }
  [[nodiscard]] const TapeEntry& tape(int n) const {
    return plan_.forward().step(static_cast<std::size_t>(n)).tape;
  }
  [[nodiscard]] int64_t samples() const { return plan_.forward().options().samples; }
  [[nodiscard]] float* gradient(int n) const { return workspace_.arena() + step(n).gradient; }
  [[nodiscard]] bool reaches(int n) const { return n != kNone && step(n).needed; }
  [[nodiscard]] const uint8_t* bits(const std::optional<std::size_t>& offset, int64_t first) const;

  [[nodiscard]] Product bind(int n) const;
  void load(const float* gradients) const;
  void analog(int n, int layer, const BackwardInput& input, double* sums) const;
  void clear_clamped(int n) const;
  void to_input(int n);
  void spread_average(int n) const;

  const BackwardPlan& plan_;
  const Workspace& tape_;
  const Workspace& workspace_;
  onednn::Stream stream_;
  std::vector<Product> products_;
};

}  // namespace dpac
