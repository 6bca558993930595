#include "engine/plans/float/planned_attention.h"

#include "engine/graph/fused_graph.h"

namespace dpac {

Attention planned_attention(const FloatPlan& plan, std::size_t node, const PlacedSequence& sequence,
                            const NoisePoint& point) {
  const FusedNode& context = plan.graph().nodes[node];
  const FloatPlan::Step &own = plan.step(node),
                        &scores = plan.step(static_cast<std::size_t>(context.input()));
  const int64_t heads = std::get<AttentionContextOp>(context.op).heads;
  Attention attention{
      .shape = {heads, context.shape().channels / heads, sequence.tokens.length(), sequence.tokens.real},
      .map = plan.map(node),
      .first = sequence.first,
      .score_quantizers = scores.quantizers,
      .context_quantizers = own.quantizers,
      .by_norms = plan.options().patch_norms,
      .recorded = plan.options().tape};
  if (point.gains != nullptr && !(*point.gains)[static_cast<std::size_t>(own.layer)].product.empty()) {
    attention.score_gains = &(*point.gains)[static_cast<std::size_t>(scores.layer)];
    attention.context_gains = &(*point.gains)[static_cast<std::size_t>(own.layer)];
  }
  attention.score_key = {.seed = point.seed,
                         .step = point.step,
                         .layer = static_cast<uint16_t>(scores.layer),
                         .sample = static_cast<uint32_t>(sequence.sample)};
  attention.context_key = attention.score_key;
  attention.context_key.layer = static_cast<uint16_t>(own.layer);
  return attention;
}

}  // namespace dpac
