/// @file
/// Weights and data opened together: what all commands that run a network on data start from.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/noise/noise_config.h"
#include "study/data/data_source.h"
#include "study/session/opened_weights.h"
#include "study/settings/data_settings.h"
#include "study/settings/model_settings.h"
#include "study/support/remarks.h"

namespace dpac {

/// A data set, and what is used of it.
struct OpenedData {
  std::unique_ptr<DataSource> source;
  std::vector<int64_t> samples;  ///< Positions in the data set, ascending.
};

struct Session {
  ModelSettings model;
  std::string weights_sha256;
  ResNetTraits traits;  ///< What the weights say of images; means nothing for text.
  Remarks remarks;      ///< On the weights.
  OpenedData data;
  Graph graph;     ///< Its input has the size of the images; its lengths are those of the texts.
  Poll poll = {};  ///< Of further data that are opened.
};

/// Puts together what was opened. @param data Nothing where a command needs none.
Session session_of(const ModelSettings& model, OpenedWeights weights, OpenedData data, Graph graph,
                   Poll poll = {});

/// The network's input is `--input-size`, else the size of the data's images, else what the weights say.
/// @throws Error if weights or data cannot be opened, or if the data are not what the network takes.
/// @param poll May end the work, by what it throws.
/// @throws SettingError without data, or for settings that the network has no use for.
Session open_session(const ModelSettings& model, const DataSettings& data, const Poll& poll = {});

/// Further data for the session's network: to learn or to calibrate on. @throws Error as open_session().
OpenedData open_more(const Session& session, const DataSettings& data);

/// For commands that judge by labels, before their work. @throws Error if a label is none of the network's
/// classes, or the data's classes cannot be the network's.
void check_labels(const Session& session);

/// What was chosen, assumed and left out in opening the session's weights and data.
void add_remarks(const Session& session, Remarks& remarks);

/// What D, N and MACs of text are counted for; none for images.
std::optional<double> mean_tokens(const Graph& graph);

/// Samples to run at a time: the batch, but under weight noise whole groups of samples that share a draw, so
/// that weights are not drawn more often than needed.
int64_t samples_at_a_time(const RunSettings& run, NoiseKind noise);

/// Reads the chosen samples in order, as the graph takes them; the data must outlive the reader. Texts,
/// unless they are to be run one by one, come many at a time, since they are packed by their lengths.
std::unique_ptr<SampleReader> make_reader(const OpenedData& data, const Graph& graph, const RunSettings& run,
                                          NoiseKind noise);

}  // namespace dpac
