/// @file
/// `dpac info`: what a checkpoint is.

#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/output_options.h"
#include "cli/support/text_table.h"
#include "engine/noise/analog.h"
#include "study/options/model_options.h"
#include "study/session/opened_weights.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"

namespace dpac::cli {
namespace {

struct InfoOptions {
  ModelSettings model;
  OutputOptions output;
};

Json layer_json(const AnalogLayer& layer) {
  return {{"name", layer.name},    {"op", layer.op},
          {"D", layer.dot_length}, {"N", layer.outputs},
          {"macs", layer.macs},    {"parameters", layer.parameters},
          {"analog", true},        {"out_channels", layer.out_channels}};
}

std::string table_of(const std::vector<AnalogLayer>& layers) {
  TextTable table({"layer", "op", "D", "N", "MACs", "parameters", "channels"});
  for (const AnalogLayer& layer : layers) {
    table.add({layer.name, layer.op, with_thousands(layer.dot_length), with_thousands(layer.outputs),
               with_thousands(layer.macs), with_thousands(layer.parameters),
               with_thousands(layer.out_channels)});
  }
  return table.text();
}

std::string input_text(const Graph& graph) {
  const MapShape& input = input_shape(graph);
  if (!graph.reads_text()) return fmt::format("{} x {} x {}", input.channels, input.height, input.width);
  const auto& tables = std::get<EmbeddingOp>(graph.nodes.front().op);
  return fmt::format("{} tokens, of at most {}, from a vocabulary of {}", graph.lengths.mean,
                     tables.positions->dim(0), tables.words->dim(0));
}

/// Sentences under each other, behind a heading; nothing where there are none.
std::string listed(const char* heading, const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) {
    text += fmt::format("{:<14}{}\n", text.empty() ? heading : "", sentence);
  }
  return text;
}

std::vector<std::string> sentences_of(const std::vector<LeftOut>& left_out) {
  std::vector<std::string> sentences;
  for (const LeftOut& each : left_out) sentences.push_back(to_sentence(each));
  return sentences;
}

std::string info_text(const OpenedWeights& weights, const Graph& graph,
                      const std::vector<AnalogLayer>& layers) {
  return fmt::format(
      "architecture  {}\n"
      "file          {} ({})\n"
      "input         {}\n"
      "classes       {}\n"
      "parameters    {}\n"
      "MACs          {} a sample, in {} analog layers\n"
      "{}{}\n{}",
      graph.architecture, weights.checkpoint.path, weights.checkpoint.format, input_text(graph),
      output_channels(graph), with_thousands(graph.parameters), with_thousands(total_macs(layers)),
      layers.size(), listed("assumed", graph.assumed),
      listed("left out", sentences_of(weights.checkpoint.left_out)), table_of(layers));
}

void run(const InfoOptions& options) {
  OpenedWeights weights = open_weights(options.model);
  const Graph graph = build_network(weights, options.model, options.model.input_size);
  const std::vector<AnalogLayer> layers = analog_layers(graph);

  Json chosen;
  write(options.model, chosen);
  if (graph.reads_text()) chosen["max_length"] = input_shape(graph).height;
  auto json = result_json("info", chosen, weights.sha256, thread_count(0));
  json["architecture"] = graph.architecture;
  json["format"] = weights.checkpoint.format;
  json["input"] = {input_shape(graph).channels, input_shape(graph).height, input_shape(graph).width};
  json["classes"] = output_channels(graph);
  json["class_names"] = graph.class_names;
  json["parameters"] = graph.parameters;
  json["macs"] = total_macs(layers);
  for (const AnalogLayer& layer : layers) json["layers"].push_back(layer_json(layer));
  Remarks remarks;  // The text has them all.
  for (const std::string& sentence : graph.assumed) remarks.record_assumed(sentence);
  for (const LeftOut& left_out : weights.checkpoint.left_out) remarks.record_left_out(left_out);
  for (const std::string& sentence : weights.damage) remarks.notice(sentence);
  publish(options.output, remarks, info_text(weights, graph, layers), Document(std::move(json), remarks));
}

}  // namespace

Work add_info(OptionSet& set) {
  const auto options = std::make_shared<InfoOptions>();
  add_weights_option(set, options->model, /*positional=*/true);
  add_network_options(set, options->model);
  add_output_options(set, options->output);
  set.footer(
      "D is the length of a layer's dot products, N the number of its outputs for one sample; MACs are D * "
      "N. Parameters "
      "are the file's (BatchNorm included); a layer's are those left after BatchNorm is folded in. "
      "Under 'assumed' stands what no file says.\n\n"
      "Sizes of a BERT are those of one sequence of --max-length tokens.\n\n"
      "Example:\n  dpac info resnet50.h5 --input-size 224x224");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
