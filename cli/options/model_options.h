/// @file
/// `--weights`, and how the network in it is built and run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/option_set.h"
#include "cli/remarks.h"
#include "cli/support/json.h"
#include "engine/graph/graph.h"
#include "engine/networks/weights.h"
#include "engine/tensor.h"

namespace dpac::cli {

struct ModelOptions {
  std::string weights = {};
  std::optional<Shape> input_size = {};       ///< [H, W].
  std::optional<std::string> stride_in = {};  ///< "3x3" or "1x1".
  bool no_head = false;
  std::string config = {};  ///< A config.json; empty for what lies beside the weights.
  std::optional<int64_t> heads = {}, max_length = {};

  /// Of the longest sequence, for a network with that many position embeddings. @throws Error if it has fewer
  /// than were asked for.
  [[nodiscard]] int64_t max_length_in_force(int64_t positions) const;

  /// @throws Error for an option that a network of the other kind has.
  void check(bool reads_text) const;
};

/// Never change a result's bits.
struct RunOptions {
  int64_t batch = 16;
  int threads = 0;  ///< 0: all that OpenMP gives.
};

/// A checkpoint before its network is built: the data may still decide the input's size.
struct OpenedWeights {
  Checkpoint checkpoint;
  std::string sha256;
  std::vector<std::string> damage = {};  ///< Sentences on weights that no training leaves behind.
};

/// `--weights`; also as the plain argument FILE where `positional`.
void add_weights_option(OptionSet& set, ModelOptions& options, bool positional = false);

/// `--config`; `--input-size`, `--stride-in` and `--no-head` of a ResNet; `--heads` and `--max-length` of a
/// BERT.
void add_network_options(OptionSet& set, ModelOptions& options);
void add_run_options(OptionSet& set, RunOptions& options);
void add_threads_option(OptionSet& set, int& threads);

OpenedWeights open_weights(const ModelOptions& options);

/// A ResNet for images of `size`, or a BERT whose sizes are those of one sequence of the longest length, in
/// the memory of the checkpoint, which keeps its shapes alone. Looks for damage.
Graph build_network(OpenedWeights& weights, const ModelOptions& options, std::optional<Shape> size);

/// What opening the weights chose, and what it left out; what nearly every file lacks or has besides is in
/// JSON alone. `graph` is the network that was made of them.
void add_remarks(const OpenedWeights& weights, const Graph& graph, Remarks& remarks);

/// `--input-size` as [H, W], `--config`, `--stride-in` and `--heads`, or null; `--no-head`.
void write(const ModelOptions& options, Json& json);
void write(const RunOptions& options, Json& json);

}  // namespace dpac::cli
