#include "study/session/opened_network.h"

#include <utility>

#include "study/session/opened_weights.h"

namespace dpac {

std::shared_ptr<const OpenedNetwork> open_network(const ModelSettings& settings) {
  OpenedWeights weights = open_weights(settings);
  OpenedNetwork opened{.graph = build_network(weights, settings, settings.input_size),
                       .weights_sha256 = weights.sha256,
                       .format = weights.checkpoint.format,
                       .traits = weights.checkpoint.traits,
                       .remarks = {}};
  add_remarks(weights, opened.graph, opened.remarks);
  return std::make_shared<const OpenedNetwork>(std::move(opened));
}

}  // namespace dpac
