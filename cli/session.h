/// @file
/// Weights and data opened together: what all commands that run a network on data start from.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/data/data_source.h"
#include "cli/options/data_options.h"
#include "cli/options/model_options.h"
#include "cli/remarks.h"
#include "cli/support/json.h"
#include "engine/graph/graph.h"
#include "engine/noise/noise_config.h"

namespace dpac::cli {

/// A data set, and what is used of it.
struct OpenedData {
  std::unique_ptr<DataSource> source;
  std::vector<int64_t> samples;  ///< Positions in the data set, ascending.
};

struct Session {
  ModelOptions model;
  std::string weights_sha256;
  ResNetTraits traits;  ///< What the weights say of images; means nothing for text.
  Remarks remarks;      ///< On the weights.
  OpenedData data;
  Graph graph;  ///< Its input has the size of the images; its lengths are those of the texts.
};

/// Puts together what was opened. @param data Nothing where a command needs none.
Session session_of(const ModelOptions& model, OpenedWeights weights, OpenedData data, Graph graph);

/// The network's input is `--input-size`, else the size of the data's images, else what the weights say.
/// @throws Error if weights or data cannot be opened, or if the data are not what the network takes.
/// @throws UsageError without data, or for options that the network has no use for.
Session open_session(const ModelOptions& model, const DataOptions& data);

/// Further data for the session's network: to learn or to calibrate on. @throws Error as open_session().
OpenedData open_more(const Session& session, const DataOptions& data);

/// For commands that judge by labels, before their work. @throws Error if a label is none of the network's
/// classes, or the data's classes cannot be the network's.
void check_labels(const Session& session);

/// What was chosen, assumed and left out in opening the session's weights and data.
void add_remarks(const Session& session, Remarks& remarks);

/// `mean_tokens`: what D, N and MACs of text are counted for; null for images.
Json mean_tokens_json(const Graph& graph);

/// Samples to run at a time: the batch, but under weight noise whole groups of samples that share a draw, so
/// that weights are not drawn more often than needed.
int64_t samples_at_a_time(const RunOptions& run, NoiseKind noise);

/// Reads the chosen samples in order, as the graph takes them; the data must outlive the reader. Texts,
/// unless they are to be run one by one, come many at a time, since they are packed by their lengths.
std::unique_ptr<SampleReader> make_reader(const OpenedData& data, const Graph& graph, const RunOptions& run,
                                          NoiseKind noise);

}  // namespace dpac::cli
