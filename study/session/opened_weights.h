/// @file
/// Weight files, and the network that is built of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/networks/weights.h"
#include "engine/tensor.h"
#include "study/settings/model_settings.h"
#include "study/support/remarks.h"

namespace dpac {

/// A checkpoint before its network is built: the data may still decide the input's size.
struct OpenedWeights {
  Checkpoint checkpoint;
  std::string sha256;
  std::vector<std::string> damage = {};  ///< Sentences on weights that no training leaves behind.
};

/// @throws Error as open_checkpoint() does. @throws SettingError for what only another kind of network has.
OpenedWeights open_weights(const ModelSettings& settings);

/// A network for images of `size`, or a BERT whose sizes are those of one sequence of the longest length, in
/// the memory of the checkpoint, which keeps its shapes alone. Looks for damage.
Graph build_network(OpenedWeights& weights, const ModelSettings& settings, std::optional<Shape> size);

/// What opening the weights chose, and what it left out; what nearly every file lacks or has besides is in
/// JSON alone. `graph` is the network that was made of them.
void add_remarks(const OpenedWeights& weights, const Graph& graph, Remarks& remarks);

}  // namespace dpac
