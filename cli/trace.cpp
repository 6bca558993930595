/// @file
/// `dpac trace`: what happens inside the analog layers, for a few samples, as HDF5.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/analog_setup.h"
#include "cli/command.h"
#include "cli/options/analog_options.h"
#include "cli/options/data_options.h"
#include "cli/options/model_options.h"
#include "cli/options/output_options.h"
#include "cli/session.h"
#include "cli/support/interrupt.h"
#include "cli/support/json.h"
#include "cli/support/layer_pattern.h"
#include "cli/support/machine.h"
#include "cli/support/progress.h"
#include "engine/network.h"
#include "engine/trace/trace_recorder.h"
#include "loaders/hdf5/hdf5_writer.h"

namespace dpac::cli {
namespace {

constexpr int64_t kDefaultLimit = 4;

struct TraceOptions {
  ModelOptions model;
  DataOptions data{.limit = kDefaultLimit};
  AnalogOptions analog;
  RunOptions run;
  OutputOptions output;
  std::vector<std::string> layers{"*"};
  std::string out;
};

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
Samples read_samples(SampleReader& reader) {
  Samples samples;
  while (const SampleBatch* batch = reader.next()) {
    stop_if_interrupted();
    const Inputs& inputs = batch->inputs;
    samples.images.insert(samples.images.end(), inputs.images.begin(), inputs.images.end());
    samples.sequences.insert(samples.sequences.end(), inputs.sequences.begin(), inputs.sequences.end());
    samples.indices.insert(samples.indices.end(), batch->samples.begin(), batch->samples.end());
  }
  return samples;
}

/// The network runs once per group of layers, so that memory holds one group's values only.
void record(const TraceOptions& options, Network& network, const Samples& samples,
            const std::vector<std::size_t>& layers) {
  Hdf5Writer file(options.out);
  const int64_t count = static_cast<int64_t>(samples.indices.size());
  std::vector<float> logits(samples.indices.size() *
                            static_cast<std::size_t>(network.fused_graph().classes()));
  Progress progress(static_cast<int64_t>(layers.size()), "layers", options.output.quiet);
  const std::vector<int64_t> lengths = samples.lengths();
  const int64_t longest = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  for (const auto& group : groups_of(network, layers, count, longest)) {
    stop_if_interrupted();
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

Json options_json(const TraceOptions& options, const DataSource& data) {
  Json json;
  write(options.model, json);
  data.write(json);
  write(options.analog, json);
  write(options.run, json);
  json["layers"] = options.layers;
  json["out"] = options.out;
  return json;
}

void run(const TraceOptions& options) {
  options.analog.check();
  Session session = open_session(options.model, options.data);
  const std::vector<AnalogLayer> all = analog_layers(session.graph);
  const auto layers = matching_layers(all, options.layers);
  const NoiseConfig noise = options.analog.noise.points(all).front();
  const AnalogSetup setup = set_up(options.analog, options.data, session, options.run, options.output.quiet);
  NetworkOptions compile = network_options(options.analog, setup, options.run);
  compile.keep_pre_activations = true;
  Network network(std::move(session.graph), compile);
  network.set_noise(noise);
  const Samples samples =
      read_samples(*make_reader(session.data, network.graph(), options.run, options.analog.kind()));
  record(options, network, samples, layers);

  auto json = result_json("trace", options_json(options, *session.data.source), session.weights_sha256,
                          thread_count(options.run.threads));
  json["out"] = options.out;
  json["samples"] = samples.indices;
  for (const std::size_t l : layers) json["layers"].push_back(all[l].name);
  write(setup, json);
  Remarks remarks;
  add_remarks(session, remarks);
  add_remarks(setup, remarks);
  publish(options.output, remarks,
          fmt::format("{}: {} samples, {} layers\n", options.out, samples.indices.size(), layers.size()),
          json);
}

}  // namespace

Work add_trace(OptionSet& set) {
  const auto options = std::make_shared<TraceOptions>();
  add_weights_option(set, options->model);
  add_network_options(set, options->model);
  add_run_options(set, options->run);
  add_data_options(set, options->data, {.limit = "Samples to trace, spread evenly over the data set"});
  add_analog_options(set, options->analog, {"none", "shot", "thermal", "weight"});
  add_output_options(set, options->output);
  set.words({"--layers", "PATTERN", "Names with * and ?, separated by commas"}, options->layers);
  set.path({"--out", "FILE", "The HDF5 file to write"}, options->out, FileRole::writes).required();
  set.footer(
      "Writes float32 [n, C, H, W] (fully connected: [n, features]) per layer: /<layer>/input, /pre (without "
      "this "
      "layer's own noise), /sigma (the noise's standard deviation), /noisy (before ReLU); and /logits, "
      "/samples. Of text: "
      "[n, features, tokens], of attention [n, heads, tokens, columns], zeros behind shorter ones; /lengths. "
      "Computed in "
      "float32, whatever the bits.\n\n"
      "Example:\n  dpac trace --weights resnet20.h5 --data cifar10/test --noise shot --energy 10 \\\n"
      "    --layers 'layer1.*,fc' --out trace.h5");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
