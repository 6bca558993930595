#include "study/trace/trace.h"

#include <algorithm>
#include <utility>

#include "engine/network.h"
#include "engine/trace/trace_recorder.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "study/calibration/analog_setup.h"
#include "study/calibration/analog_setup_json.h"
#include "study/options/analog_options.h"
#include "study/options/check_values.h"
#include "study/options/data_options.h"
#include "study/options/model_options.h"
#include "study/session/session.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/layer_pattern.h"
#include "study/support/machine.h"
#include "study/support/progress.h"
#include "study/support/result_json.h"

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

/// The network runs once per group of layers, so that memory holds one group's values only.
void record(const TraceSettings& settings, Network& network, const Samples& samples,
            const std::vector<std::size_t>& layers) {
  Hdf5Writer file(settings.out);
  const auto count = static_cast<int64_t>(samples.indices.size());
  std::vector<float> logits(samples.indices.size() * static_cast<std::size_t>(network.classes()));
  Progress progress(static_cast<int64_t>(layers.size()), "layers", settings.run.progress, settings.run.poll);
  const std::vector<int64_t> lengths = samples.lengths();
  const int64_t longest = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  for (const auto& group : groups_of(network, layers, count, longest)) {
    progress.check();
    TraceRecorder recorder(network, group, samples.indices, longest);
    network.run_observed(samples.inputs(), samples.indices, logits, recorder);
    recorder.visit([&](const std::string& name, const Shape& shape, const std::vector<float>& values) {
      file.write_floats(name, shape, values);
    });
    progress.advance(static_cast<int64_t>(group.size()));
  }
  file.write_floats("logits", {count, network.classes()}, logits);
  file.write_integers("samples", {count}, samples.indices);
  if (!lengths.empty()) file.write_integers("lengths", {count}, lengths);
  file.commit();
}

Json json_of(const TraceSettings& settings, const Session& session, const AnalogSetup& setup,
             const Trace& trace) {
  Json options;
  write(settings.model, options);
  session.data.source->write(options);
  write(settings.analog, options);
  write(settings.run, options);
  options["layers"] = settings.layers;
  options["out"] = settings.out;
  auto json = result_json("trace", options, session.weights_sha256, thread_count(settings.run.threads));
  json["out"] = settings.out;
  json["samples"] = trace.samples;
  json["layers"] = nullptr;
  for (const std::string& layer : trace.layers) json["layers"].push_back(layer);
  write(setup, json);
  return json;
}

}  // namespace

void add_options(OptionSet& set, TraceSettings& settings) {
  add_weights_option(set, settings.model);
  add_network_options(set, settings.model);
  add_run_options(set, settings.run);
  add_data_options(set, settings.data, {.limit = "Samples to trace, spread evenly over the data set"});
  add_analog_options(set, settings.analog, all_kinds());
}

Trace trace_network(const TraceSettings& settings) {
  check_values(settings);
  settings.analog.check();
  Session session = open_session(settings.model, settings.data, settings.run.poll);
  const std::vector<AnalogLayer> all = analog_layers(session.graph);
  const std::vector<std::size_t> layers = matching_layers(all, settings.layers);
  const NoiseConfig noise = settings.analog.noise.points(all).front();
  const AnalogSetup setup = set_up(settings.analog, settings.data, session, settings.run);
  NetworkOptions compile = network_options(settings.analog, setup, settings.run);
  compile.keep_pre_activations = true;
  Network network(session.graph, compile);
  network.set_noise(noise);
  Samples samples = read_samples(
      *make_reader(session.data, network.graph(), settings.run, settings.analog.kind()), settings.run.poll);
  record(settings, network, samples, layers);
  Trace trace{.samples = std::move(samples.indices)};
  for (const std::size_t l : layers) trace.layers.push_back(all[l].name);
  add_remarks(session, trace.remarks);
  add_remarks(setup, trace.remarks);
  trace.document = Document(json_of(settings, session, setup, trace), trace.remarks);
  return trace;
}

}  // namespace dpac
