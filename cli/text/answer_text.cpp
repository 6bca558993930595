#include "cli/text/answer_text.h"

#include <cstdint>

#include <fmt/format.h>

namespace dpac::cli {

std::string answer_text(const Json& answer) {
  if (answer.contains("score")) return fmt::format("score   {:.4f}\n", answer.at("score").get<double>());
  if (answer.contains("dimension")) {
    std::string text = fmt::format("embedding of {} features, norm", answer.at("dimension").get<int64_t>());
    for (const Json& norm : answer.at("norms").items()) text += fmt::format(" {:.4f}", norm.get<double>());
    if (answer.contains("cosine")) text += fmt::format("\ncosine  {:.4f}", answer.at("cosine").get<double>());
    return text + '\n';
  }
  std::string text = answer.at("class").get<std::string>() + '\n';
  for (const auto& [name, probability] : answer.at("probabilities").members()) {
    text += fmt::format("  {:<16} {:6.2f} %\n", name, 100 * probability.get<double>());
  }
  return text;
}

}  // namespace dpac::cli
