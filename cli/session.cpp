#include "cli/session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/answer.h"
#include "cli/data/image_source.h"
#include "cli/data/text_source.h"
#include "cli/support/machine.h"
#include "cli/support/usage_error.h"
#include "loaders/images/dataset.h"

namespace dpac::cli {
namespace {

constexpr int64_t kTextsTogether = 256;  // Enough to pack them well by their lengths.

OpenedData with_samples(std::unique_ptr<DataSource> source, const DataOptions& options) {
  OpenedData data{std::move(source), {}};
  const int64_t size = data.source->size();
  data.samples = evenly_spaced(size, options.limit.value_or(size));
  return data;
}

std::unique_ptr<ImageSource> open_images(const DataOptions& options, const ResNetTraits& traits,
                                         const ModelOptions& model, std::optional<int> outputs) {
  if (const char* given = options.text.given()) {
    throw UsageError(fmt::format("{} was given, but {} is no BERT", given, model.weights));
  }
  return std::make_unique<ImageSource>(options, traits, outputs);
}

/// Of the network in the file; its classifier's rows say so before it is built.
std::optional<int> outputs_of(const Checkpoint& checkpoint, const ModelOptions& model) {
  const Tensor* weights = checkpoint.weights.find("fc.weight");
  if (model.no_head || weights == nullptr || weights->rank() == 0) return std::nullopt;
  return static_cast<int>(weights->dim(0));
}

int64_t whole_groups(int64_t samples, int64_t group) {
  return (samples + group - 1) / group * group;
}

Session open_images_session(const ModelOptions& model, const DataOptions& options, OpenedWeights weights) {
  const Checkpoint& checkpoint = weights.checkpoint;
  auto images = open_images(options, checkpoint.traits, model, outputs_of(checkpoint, model));
  Graph graph = build_network(weights, model, model.input_size ? model.input_size : images->size_of_images());
  ImageSource& source = *images;
  OpenedData data = with_samples(std::move(images), options);
  source.fit(graph, data.samples.front());
  return session_of(model, std::move(weights), std::move(data), std::move(graph));
}

Session open_text_session(const ModelOptions& model, const DataOptions& options, OpenedWeights weights) {
  Graph graph = build_network(weights, model, std::nullopt);
  name_classes(options.text, graph);
  auto texts = std::make_unique<TextSource>(options, model, graph);
  const TextSource& source = *texts;
  OpenedData data = with_samples(std::move(texts), options);
  graph.lengths = source.lengths(data.samples, thread_count(0));
  return session_of(model, std::move(weights), std::move(data), std::move(graph));
}

}  // namespace

Session session_of(const ModelOptions& model, OpenedWeights weights, OpenedData data, Graph graph) {
  Remarks remarks;
  add_remarks(weights, graph, remarks);
  return {
      model,           std::move(weights.sha256), std::move(weights.checkpoint.traits), std::move(remarks),
      std::move(data), std::move(graph)};
}

Session open_session(const ModelOptions& model, const DataOptions& data) {
  if (!data.any()) throw UsageError("--data is required");
  OpenedWeights weights = open_weights(model);
  return weights.checkpoint.bert ? open_text_session(model, data, std::move(weights))
                                 : open_images_session(model, data, std::move(weights));
}

OpenedData open_more(const Session& session, const DataOptions& options) {
  if (session.graph.reads_text()) {
    return with_samples(std::make_unique<TextSource>(options, session.model, session.graph), options);
  }
  const auto outputs = static_cast<int>(output_channels(session.graph));
  auto images = open_images(options, session.traits, session.model, outputs);
  ImageSource& source = *images;
  OpenedData data = with_samples(std::move(images), options);
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

Json mean_tokens_json(const Graph& graph) {
  if (!graph.reads_text()) return nullptr;
  return graph.lengths.mean;
}

int64_t samples_at_a_time(const RunOptions& run, NoiseKind noise) {
  return whole_groups(run.batch, noise == NoiseKind::weight ? kSamplesPerDraw : 1);
}

std::unique_ptr<SampleReader> make_reader(const OpenedData& data, const Graph& graph, const RunOptions& run,
                                          NoiseKind noise) {
  const bool packed = graph.reads_text() && run.batch > 1;
  const int64_t batch = packed ? whole_groups(std::max(run.batch, kTextsTogether), kSamplesPerDraw)
                               : samples_at_a_time(run, noise);
  return data.source->read(graph, data.samples, {.batch = batch, .threads = thread_count(run.threads)});
}

}  // namespace dpac::cli
