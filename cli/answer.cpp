#include "cli/answer.h"

#include "cli/metrics.h"

namespace dpac::cli {

Answer answer_of(const Graph& graph) {
  if (!graph.reads_text()) return Answer::classes;
  if (std::holds_alternative<TokenPoolOp>(graph.nodes.back().op)) return Answer::embedding;
  return graph.classes() == 1 ? Answer::score : Answer::classes;
}

double score_of(std::span<const float> logits, Answer answer) {
  if (answer == Answer::score) return static_cast<double>(logits.front());
  return cosine(logits.first(logits.size() / 2), logits.subspan(logits.size() / 2));
}

}  // namespace dpac::cli
