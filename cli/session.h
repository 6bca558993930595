/// @file
/// Weights and data opened together: what `eval` and `trace` start from.
#pragma once

#include <string>

#include "cli/options/data_options.h"
#include "cli/options/model_options.h"
#include "cli/options/output_options.h"
#include "engine/graph.h"
#include "engine/noise_config.h"
#include "loaders/prefetch.h"

namespace dpac::cli {

struct Session {
  std::string weights_sha256;
  OpenedData data;
  Graph graph;  ///< Its input has the size of the images.
};

/// The network's input is `--input-size`, else the size of the data's images, else what the weights say.
/// @throws Error if weights or data cannot be opened, or if the images are not what the network takes.
Session open_session(const ModelOptions& model, const DataOptions& data);

/// @throws Error unless the first image, preprocessed, is what a network with this input takes.
void check_images_fit(const OpenedData& data, const MapShape& input);

/// @throws Error naming the sample unless its label is one of the network's classes.
void check_label(const ImageDataset& images, int64_t sample, int label, int64_t classes);

/// Samples to run at a time: the batch, but under weight noise whole groups of samples that share a draw, so
/// that weights are not drawn more often than needed.
int64_t samples_at_a_time(const RunOptions& run, NoiseKind noise);

/// Reads the chosen samples in order, as the graph takes them; the data must outlive the reader.
BatchReader make_reader(const OpenedData& data, const Graph& graph, const RunOptions& run, NoiseKind noise);

}  // namespace dpac::cli
