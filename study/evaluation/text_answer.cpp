#include "study/evaluation/text_answer.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "learn/loss.h"
#include "study/data/answer.h"
#include "study/metrics/metrics.h"

namespace dpac {
namespace {

std::string class_name(const Graph& graph, std::size_t index) {
  return index < graph.class_names.size() ? graph.class_names[index] : fmt::format("class {}", index);
}

Json classes_json(const Graph& graph, std::span<const float> logits) {
  const auto top = std::max_element(logits.begin(), logits.end()) - logits.begin();
  Json json{{"class", class_name(graph, static_cast<std::size_t>(top))}};
  std::vector<double> shares(logits.size());
  softmax(logits, shares);
  for (std::size_t c = 0; c < shares.size(); ++c) json["probabilities"][class_name(graph, c)] = shares[c];
  return json;
}

double norm(std::span<const float> values) {
  double squares = 0;
  for (const float v : values) squares += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(squares);
}

Json embeddings_json(std::span<const float> values, std::size_t dimension) {
  Json json{{"dimension", dimension}};
  for (std::size_t begin = 0; begin < values.size(); begin += dimension) {
    json["norms"].push_back(norm(values.subspan(begin, dimension)));
  }
  if (values.size() == 2 * dimension)
    json["cosine"] = cosine(values.first(dimension), values.last(dimension));
  return json;
}

}  // namespace

Json answer_json(const Graph& graph, std::span<const float> logits) {
  switch (answer_of(graph)) {
    case Answer::classes:
      return classes_json(graph, logits);
    case Answer::score:
      return {{"score", logits.front()}};
    case Answer::embedding:
      break;
  }
  return embeddings_json(logits, static_cast<std::size_t>(output_channels(graph)));
}

}  // namespace dpac
