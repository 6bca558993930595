#include "cli/answer.h"

namespace dpac::cli {

Answer answer_of(const Graph& graph) {
  if (!graph.reads_text()) return Answer::classes;
  if (std::holds_alternative<TokenPoolOp>(graph.nodes.back().op)) return Answer::embedding;
  return graph.classes() == 1 ? Answer::score : Answer::classes;
}

}  // namespace dpac::cli
