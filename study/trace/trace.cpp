#include "study/trace/trace.h"

#include <algorithm>
#include <utility>

#include "engine/network.h"
#include "engine/trace/trace_recorder.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "study/support/progress.h"

namespace dpac {
namespace {

/// All samples at once: several passes are made over them.
struct Samples {
  std::vector<float> images;
  std::vector<TokenSequence> sequences;
  std::vector<int64_t> indices;

  [[nodiscard]] Inputs inputs() const {
    if (sequences.empty()) return images;
    return std::span<const TokenSequence>(sequences);
  }

  [[nodiscard]] std::vector<int64_t> lengths() const {
    std::vector<int64_t> lengths;
    for (const TokenSequence& sequence : sequences) lengths.push_back(sequence.length());
    return lengths;
  }
};

/// Sequences stay in the data.
Samples read_samples(SampleReader& reader, const Poll& poll) {
  Samples samples;
  while (const SampleBatch* batch = reader.next()) {
    if (poll) poll();
    const Inputs& inputs = batch->inputs;
    samples.images.insert(samples.images.end(), inputs.images.begin(), inputs.images.end());
    samples.sequences.insert(samples.sequences.end(), inputs.sequences.begin(), inputs.sequences.end());
    samples.indices.insert(samples.indices.end(), batch->samples.begin(), batch->samples.end());
  }
  return samples;
}

void record(const TraceRequest& request, Network& network, const Samples& samples, const RunSettings& run) {
  Hdf5Writer file(request.out);
  const auto count = static_cast<int64_t>(samples.indices.size());
  std::vector<float> logits(samples.indices.size() *
                            static_cast<std::size_t>(network.fused_graph().classes()));
  Progress progress(static_cast<int64_t>(request.layers.size()), "layers", run.progress, run.poll);
  const std::vector<int64_t> lengths = samples.lengths();
  const int64_t longest = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  for (const auto& group : groups_of(network, request.layers, count, longest)) {
    progress.check();
    TraceRecorder recorder(network, group, samples.indices, longest);
    network.run_observed(samples.inputs(), samples.indices, logits, recorder);
    recorder.visit([&](const std::string& name, const Shape& shape, const std::vector<float>& values) {
      file.write_floats(name, shape, values);
    });
    progress.advance(static_cast<int64_t>(group.size()));
  }
  file.write_floats("logits", {count, network.fused_graph().classes()}, logits);
  file.write_integers("samples", {count}, samples.indices);
  if (!lengths.empty()) file.write_integers("lengths", {count}, lengths);
  file.commit();
}

}  // namespace

std::vector<int64_t> write_trace(const TraceRequest& request, Session& session, const AnalogSettings& analog,
                                 const AnalogSetup& setup, const RunSettings& run) {
  NetworkOptions compile = network_options(analog, setup, run);
  compile.keep_pre_activations = true;
  Network network(std::move(session.graph), compile);
  network.set_noise(request.noise);
  Samples samples = read_samples(*make_reader(session.data, network.graph(), run, analog.kind()), run.poll);
  record(request, network, samples, run);
  return std::move(samples.indices);
}

}  // namespace dpac
