#include "study/session/opened_weights.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "engine/networks/bert.h"
#include "engine/networks/damaged_weights.h"
#include "engine/networks/image_network.h"
#include "engine/networks/random/random_network.h"
#include "loaders/checkpoint.h"
#include "loaders/sha256.h"
#include "loaders/weights/left_out_kinds.h"

namespace dpac {
namespace {

Graph build(Checkpoint&& checkpoint, const ModelSettings& settings, std::optional<Shape> size) {
  if (!checkpoint.bert) {
    ResNetOptions network{.input_size = std::move(size), .no_head = settings.no_head};
    if (settings.stride_in) network.stride_in_first_conv = *settings.stride_in == "1x1";
    return build_image_network(std::move(checkpoint), network);
  }
  const Tensor* positions = checkpoint.weights.find("embeddings.position_embeddings.weight");
  const int64_t count = positions == nullptr || positions->rank() == 0 ? kNominalTokens : positions->dim(0);
  return build_bert(std::move(checkpoint),
                    {.heads = settings.heads, .tokens = settings.max_length_in_force(count)});
}

/// Without a hash: there is no file.
OpenedWeights open_random(const ModelSettings& settings) {
  OpenedWeights weights{.checkpoint = random_checkpoint(*settings.network), .sha256 = {}};
  settings.check(weights.checkpoint.bert.has_value());
  weights.checkpoint.assumed.push_back(fmt::format(
      "the weights of {} are random numbers; times do not depend on their values", *settings.network));
  return weights;
}

}  // namespace

OpenedWeights open_weights(const ModelSettings& settings) {
  if (settings.network) return open_random(settings);
  const auto config =
      settings.config.empty() ? std::nullopt : std::optional<std::filesystem::path>(settings.config);
  OpenedWeights weights{.checkpoint = open_checkpoint(settings.weights, config), .sha256 = {}};
  weights.sha256 = sha256_of_files(weights.checkpoint.weight_files);
  settings.check(weights.checkpoint.bert.has_value());
  return weights;
}

Graph build_network(OpenedWeights& weights, const ModelSettings& settings, std::optional<Shape> size) {
  weights.damage = damaged_weights(weights.checkpoint);
  Graph graph = build(std::move(weights.checkpoint), settings, std::move(size));
  for (std::string& sentence : damaged_layers(graph)) weights.damage.push_back(std::move(sentence));
  return graph;
}

void add_remarks(const OpenedWeights& weights, const Graph& graph, Remarks& remarks) {
  const Checkpoint& checkpoint = weights.checkpoint;
  for (const std::string& sentence : checkpoint.assumed) remarks.assume(sentence);
  for (const std::string& sentence : graph.assumed) remarks.record_assumed(sentence);
  for (const std::string& sentence : weights.damage) remarks.notice(sentence);
  for (const LeftOut& left_out : checkpoint.left_out) {
    is_usual(left_out) ? remarks.record_left_out(left_out) : remarks.leave_out(left_out);
  }
}

}  // namespace dpac
