#include "study/session/session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/noise/noise_models.h"
#include "loaders/images/dataset.h"
#include "study/data/answer.h"
#include "study/data/array_source.h"
#include "study/data/image_source.h"
#include "study/data/text_source.h"
#include "study/session/opened_network.h"
#include "study/settings/setting_error.h"
#include "study/support/machine.h"

namespace dpac {
namespace {

constexpr int64_t kTextsTogether = 256;  // Enough to pack them well by their lengths.

OpenedData with_samples(std::unique_ptr<DataSource> source, const DataSettings& settings) {
  OpenedData data{std::move(source), {}};
  const int64_t size = data.source->size();
  data.samples = evenly_spaced(size, settings.limit.value_or(size));
  return data;
}

std::unique_ptr<ImageSource> open_images(const DataSettings& settings, const ResNetTraits& traits,
                                         const ModelSettings& model, std::optional<int> outputs) {
  if (settings.arrays) settings.check_arrays();
  if (const char* given = settings.text.given()) {
    throw SettingError(fmt::format("{} was given, but {} is no BERT", given, model.called()));
  }
  return std::make_unique<ImageSource>(settings, traits, outputs);
}

/// Of the network in the file; its classifier's rows say so before it is built.
std::optional<int> outputs_of(const Checkpoint& checkpoint, const ModelSettings& model) {
  const Tensor* weights = checkpoint.weights.find("fc.weight");
  if (model.no_head || weights == nullptr || weights->rank() == 0) return std::nullopt;
  return static_cast<int>(weights->dim(0));
}

int64_t whole_groups(int64_t samples, int64_t group) {
  return (samples + group - 1) / group * group;
}

Session open_images_session(const ModelSettings& model, const DataSettings& settings, OpenedWeights weights,
                            const Poll& poll) {
  const Checkpoint& checkpoint = weights.checkpoint;
  auto images = open_images(settings, checkpoint.traits, model, outputs_of(checkpoint, model));
  Graph graph = build_network(weights, model, model.input_size ? model.input_size : images->size_of_images());
  ImageSource& source = *images;
  OpenedData data = with_samples(std::move(images), settings);
  source.fit(graph, data.samples.front());
  return session_of(model, std::move(weights), std::move(data), std::move(graph), poll);
}

/// On a network that is open already.
Session session_again(const ModelSettings& model, const Poll& poll) {
  const OpenedNetwork& opened = *model.opened;
  return {model, opened.weights_sha256, opened.traits, opened.remarks, {}, opened.graph, poll};
}

std::unique_ptr<ArraySource> open_arrays(const DataSettings& settings, const Session& session) {
  settings.check_arrays();
  auto arrays = std::make_unique<ArraySource>(settings.arrays);
  arrays->fit(session.graph);
  return arrays;
}

std::unique_ptr<TextSource> open_texts(const DataSettings& settings, const Session& session) {
  return std::make_unique<TextSource>(settings, session.model, session.graph, session.poll);
}

/// For a session of which nothing but the data is missing.
Session with_data(Session session, const DataSettings& settings) {
  if (!session.graph.reads_text() || settings.arrays) {
    session.data = open_more(session, settings);
    return session;
  }
  name_classes(settings.text, session.graph);
  auto texts = open_texts(settings, session);
  const TextSource& source = *texts;
  session.data = with_samples(std::move(texts), settings);
  session.graph.lengths = source.lengths(session.data.samples, thread_count(0));
  return session;
}

/// None where the weights, or a setting, say it.
std::optional<Shape> size_of_arrays(const DataSettings& settings, bool reads_text) {
  if (!settings.preprocessed() || reads_text) return std::nullopt;
  return Shape{settings.arrays->shape.height, settings.arrays->shape.width};
}

}  // namespace

Session session_of(const ModelSettings& model, OpenedWeights weights, OpenedData data, Graph graph,
                   Poll poll) {
  Remarks remarks;
  add_remarks(weights, graph, remarks);
  return {model,
          std::move(weights.sha256),
          std::move(weights.checkpoint.traits),
          std::move(remarks),
          std::move(data),
          std::move(graph),
          std::move(poll)};
}

Session open_session(const ModelSettings& model, const DataSettings& data, const Poll& poll) {
  if (!data.any()) throw SettingError("--data is required");
  if (model.opened) return with_data(session_again(model, poll), data);
  OpenedWeights weights = open_weights(model);
  const bool reads_text = weights.checkpoint.bert.has_value();
  if (!data.preprocessed() && !reads_text) return open_images_session(model, data, std::move(weights), poll);
  const auto size = model.input_size ? model.input_size : size_of_arrays(data, reads_text);
  Graph graph = build_network(weights, model, size);
  return with_data(session_of(model, std::move(weights), {}, std::move(graph), poll), data);
}

OpenedData open_more(const Session& session, const DataSettings& settings) {
  if (settings.arrays && session.graph.reads_text()) {
    throw SettingError(
        fmt::format("images in memory were given, but {} reads text: give --data", session.model.called()));
  }
  if (settings.preprocessed()) return with_samples(open_arrays(settings, session), settings);
  if (session.graph.reads_text()) return with_samples(open_texts(settings, session), settings);
  const auto outputs = static_cast<int>(output_channels(session.graph));
  auto images = open_images(settings, session.traits, session.model, outputs);
  ImageSource& source = *images;
  OpenedData data = with_samples(std::move(images), settings);
  source.fit(session.graph, data.samples.front());
  return data;
}

void check_labels(const Session& session) {
  if (answer_of(session.graph) == Answer::embedding) return;
  session.data.source->check_labels(output_channels(session.graph));
}

void add_remarks(const Session& session, Remarks& remarks) {
  remarks.add(session.remarks);
  const auto& [source, samples] = session.data;
  source->add_remarks(remarks);
  const auto truncated = source->truncated(samples);
  if (!truncated || *truncated == 0) return;
  remarks.notice(fmt::format("{} of {} texts are longer than --max-length allows, and were cut", *truncated,
                             samples.size()));
}

std::optional<double> mean_tokens(const Graph& graph) {
  if (!graph.reads_text()) return std::nullopt;
  return graph.lengths.mean;
}

int64_t samples_at_a_time(const RunSettings& run, NoiseKind noise) {
  return whole_groups(run.batch, noise_traits(noise).redraws_weights ? kSamplesPerDraw : 1);
}

std::unique_ptr<SampleReader> make_reader(const OpenedData& data, const Graph& graph, const RunSettings& run,
                                          NoiseKind noise) {
  const bool packed = graph.reads_text() && run.batch > 1;
  const int64_t batch = packed ? whole_groups(std::max(run.batch, kTextsTogether), kSamplesPerDraw)
                               : samples_at_a_time(run, noise);
  return data.source->read(graph, data.samples, {.batch = batch, .threads = thread_count(run.threads)});
}

}  // namespace dpac
