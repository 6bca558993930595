#include "learn/learning_plans.h"

namespace dpac {
namespace {

FloatPlanOptions options_of(const LearningPlans::Parts& parts, const Capacity& capacity) {
  return {.samples = capacity.samples,
          .tokens = capacity.tokens,
          .threads = 1,
          .own_epilogue = true,
          .patch_norms = parts.patch_norms,
          .tape = true,
          .companion_weights = parts.noise_weights.empty() ? nullptr : &parts.noise_weights};
}

}  // namespace

LearningPlans::LearningPlans(const Parts& parts, const Capacity& capacity)
    : forward(parts.graph, parts.forward_weights, parts.quantizers, options_of(parts, capacity)),
      backward(forward, parts.backward_weights) {}

LearningPlans::Size join(const LearningPlans::Size& a, const LearningPlans::Size& b) {
  return {join(a.forward, b.forward), join(a.backward, b.backward)};
}

}  // namespace dpac
