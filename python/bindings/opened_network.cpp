#include "python/bindings/opened_network.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/networks/bert.h"
#include "engine/networks/damaged_weights.h"
#include "engine/networks/image_network.h"
#include "kernels/error.h"
#include "loaders/checkpoint.h"
#include "loaders/left_out.h"
#include "loaders/weights/left_out_kinds.h"

namespace dpac::python {
namespace {

void check(const Checkpoint& checkpoint, const OpeningOptions& options) {
  const auto refuse = [&](const char* option, const char* kind) {
    throw Error(fmt::format("{} was given, but {} is no {}", option, checkpoint.path, kind));
  };
  if (checkpoint.bert) {
    if (options.input_size) refuse("input_size", "network for images");
    if (options.stride_in_1x1) refuse("stride_in", "network for images");
    if (options.no_head) refuse("no_head", "network for images");
  } else {
    if (options.heads) refuse("heads", "BERT");
    if (options.max_length) refuse("max_length", "BERT");
  }
}

/// Of the sequence that the sizes of a BERT's layers are said for.
int64_t tokens_of(const Checkpoint& checkpoint, const OpeningOptions& options) {
  if (options.max_length) return *options.max_length;
  const Tensor* positions = checkpoint.weights.find("embeddings.position_embeddings.weight");
  const bool known = positions != nullptr && positions->rank() > 0;
  return known ? std::min(kNominalTokens, positions->dim(0)) : kNominalTokens;
}

Graph build(const Checkpoint& checkpoint, const OpeningOptions& options) {
  if (checkpoint.bert) {
    return build_bert(checkpoint, {.heads = options.heads, .tokens = tokens_of(checkpoint, options)});
  }
  return build_image_network(checkpoint, {.input_size = options.input_size,
                                          .stride_in_first_conv = options.stride_in_1x1,
                                          .no_head = options.no_head});
}

}  // namespace

OpenedNetwork open_network(const std::filesystem::path& path, const OpeningOptions& options) {
  const Checkpoint checkpoint = open_checkpoint(path, options.config);
  check(checkpoint, options);
  OpenedNetwork network{.graph = build(checkpoint, options),
                        .format = checkpoint.format,
                        .remarks = checkpoint.assumed,
                        .assumed = checkpoint.assumed,
                        .left_out = {}};
  const std::vector<std::string>& assumed = network.graph.assumed;
  network.assumed.insert(network.assumed.end(), assumed.begin(), assumed.end());
  for (std::string& sentence : damaged_weights(checkpoint)) network.remarks.push_back(std::move(sentence));
  for (const LeftOut& left_out : checkpoint.left_out) {
    network.left_out.push_back(to_sentence(left_out));
    if (!is_usual(left_out)) network.remarks.push_back(network.left_out.back());
  }
  return network;
}

}  // namespace dpac::python
