#include "cli/session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/data/image_source.h"
#include "cli/data/text_source.h"
#include "cli/support/machine.h"
#include "cli/support/usage_error.h"
#include "engine/bert.h"
#include "engine/resnet.h"
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

std::unique_ptr<ImageSource> open_images(const DataOptions& options, const std::string& preset,
                                         const std::string& weights, std::optional<int> outputs) {
  if (const char* given = options.text.given()) {
    throw UsageError(fmt::format("{} was given, but {} is no BERT", given, weights));
  }
  return std::make_unique<ImageSource>(options, preset, outputs);
}

/// Of the network in the file; its classifier's rows say so before it is built.
std::optional<int> outputs_of(const Checkpoint& checkpoint) {
  const Tensor* weights = checkpoint.weights.find("fc.weight");
  if (weights == nullptr || weights->rank() == 0) return std::nullopt;
  return static_cast<int>(weights->dim(0));
}

int64_t whole_groups(int64_t samples, int64_t group) {
  return (samples + group - 1) / group * group;
}

Session open_images_session(const ModelOptions& model, const DataOptions& options, OpenedWeights weights) {
  auto images =
      open_images(options, weights.checkpoint.traits.preset, model.weights, outputs_of(weights.checkpoint));
  const auto size = model.input_size ? model.input_size : images->size_of_images();
  Graph graph = build_resnet(weights.checkpoint, size);
  ImageSource& source = *images;
  std::string preset = images->preset();
  OpenedData data = with_samples(std::move(images), options);
  source.fit(graph, data.samples.front());
  return {model, std::move(weights.sha256), std::move(preset), std::move(data), std::move(graph)};
}

Session open_text_session(const ModelOptions& model, const DataOptions& options, OpenedWeights weights) {
  Graph graph = build_network(weights, model);
  auto texts = std::make_unique<TextSource>(options, model, graph);
  const TextSource& source = *texts;
  OpenedData data = with_samples(std::move(texts), options);
  graph.lengths = source.lengths(data.samples, thread_count(0));
  return {model, std::move(weights.sha256), "", std::move(data), std::move(graph)};
}

}  // namespace

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
  auto images =
      open_images(options, session.preset, session.model.weights, static_cast<int>(session.graph.classes()));
  ImageSource& source = *images;
  OpenedData data = with_samples(std::move(images), options);
  source.fit(session.graph, data.samples.front());
  return data;
}

void check_labels(const Session& session) {
  session.data.source->check_labels(session.graph.classes());
}

void add_remarks(const Session& session, Remarks& remarks) {
  session.data.source->add_remarks(remarks);
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
