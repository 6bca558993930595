#include "study/data/answer.h"

#include "study/metrics/metrics.h"

namespace dpac {

Answer answer_of(const Graph& graph) {
  const Op& last = graph.nodes.back().op;
  if (std::holds_alternative<TokenPoolOp>(last) || std::holds_alternative<GlobalAveragePoolOp>(last)) {
    return Answer::embedding;
  }
  return graph.reads_text() && output_channels(graph) == 1 ? Answer::score : Answer::classes;
}

double score_of(std::span<const float> logits, Answer answer) {
  if (answer == Answer::score) return static_cast<double>(logits.front());
  return cosine(logits.first(logits.size() / 2), logits.subspan(logits.size() / 2));
}

}  // namespace dpac
