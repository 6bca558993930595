#include "cli/options/model_options.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/options/text_options.h"
#include "cli/support/json.h"
#include "cli/support/usage_error.h"
#include "engine/networks/bert.h"
#include "engine/networks/damaged_weights.h"
#include "engine/networks/image_network.h"
#include "loaders/checkpoint.h"
#include "loaders/sha256.h"
#include "loaders/weights/left_out_kinds.h"

namespace dpac::cli {
namespace {

constexpr const char *kGroup = "Options", *kIn3x3 = "3x3", *kIn1x1 = "1x1";
constexpr int64_t kLargestSide = 16384, kLongestSequence = 1 << 20;

std::optional<int64_t> parse_side(std::string_view text) {
  int64_t side = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), side);
  const bool valid =
      failure == std::errc() && end == text.data() + text.size() && side >= 1 && side <= kLargestSide;
  return valid ? std::optional(side) : std::nullopt;
}

/// "224x224" -> [224, 224].
std::optional<Shape> parse_size(std::string_view text) {
  const std::size_t x = text.find('x');
  if (x == std::string_view::npos) return std::nullopt;
  const auto height = parse_side(text.substr(0, x)), width = parse_side(text.substr(x + 1));
  return height && width ? std::optional(Shape{*height, *width}) : std::nullopt;
}

Graph build(Checkpoint&& checkpoint, const ModelOptions& options, std::optional<Shape> size) {
  if (!checkpoint.bert) {
    ResNetOptions network{.input_size = std::move(size), .no_head = options.no_head};
    if (options.stride_in) network.stride_in_first_conv = *options.stride_in == kIn1x1;
    return build_image_network(std::move(checkpoint), network);
  }
  const Tensor* positions = checkpoint.weights.find("embeddings.position_embeddings.weight");
  const int64_t count = positions == nullptr || positions->rank() == 0 ? kNominalTokens : positions->dim(0);
  return build_bert(std::move(checkpoint),
                    {.heads = options.heads, .tokens = options.max_length_in_force(count)});
}

}  // namespace

int64_t ModelOptions::max_length_in_force(int64_t positions) const {
  if (!max_length) return std::min(kNominalTokens, positions);
  if (*max_length <= positions) return *max_length;
  throw UsageError(
      fmt::format("--max-length is {}, but {} has {} position embeddings", *max_length, weights, positions));
}

void ModelOptions::check(bool reads_text) const {
  const auto refuse = [this](const char* option, const char* kind) {
    throw UsageError(fmt::format("{} was given, but {} is no {}", option, weights, kind));
  };
  if (reads_text && input_size) refuse("--input-size", "network for images");
  if (reads_text && stride_in) refuse("--stride-in", "network for images");
  if (reads_text && no_head) refuse("--no-head", "network for images");
  if (reads_text) return;
  if (heads) refuse("--heads", "BERT");
  if (max_length) refuse("--max-length", "BERT");
}

void add_weights_option(OptionSet& set, ModelOptions& options, bool positional) {
  set.heading(kGroup);
  set.path(
         {positional ? "file,--weights" : "--weights", "FILE",
          "Checkpoint of a network: a file of torch.save (.pth, .pt, .bin), safetensors, ONNX, a Keras model "
          "(.keras, .h5), PyTorch or Keras weights in HDF5, found out by content; or an index of shards, a "
          "shard, or a folder with weights"},
         options.weights, FileRole::reads)
      .required();
}

void add_network_options(OptionSet& set, ModelOptions& options) {
  const auto parse = [&options](const std::string& text) {
    options.input_size = parse_size(text);
    if (!options.input_size)
      throw UsageError(fmt::format("--input-size: '{}' is no size such as 224x224", text));
  };
  set.heading(kGroup);
  set.parsed(
      {"--input-size", "HxW", "Height and width of the network's input in pixels [what data or weights say]"},
      parse);
  set.choice({"--stride-in", "",
              "Convolution of a bottleneck block that has its stride: torchvision's way or Caffe's [what the "
              "weights "
              "say, else 3x3]"},
             options.stride_in, {kIn3x3, kIn1x1});
  set.flag(
      {"--no-head", "",
       "The network ends in features, the averages of its last maps, whatever classifier the weights have"},
      options.no_head);
  set.path({"--config", "FILE", "The network's config.json [in the file, or beside it]"}, options.config,
           FileRole::reads);
  set.heading(kTextGroup);
  set.number({"--heads", "H", "Attention heads [what the configuration says]"}, options.heads,
             from_to(1, 65536));
  set.number({"--max-length", "L",
              fmt::format("Tokens of the longest sequence; longer texts are cut [{}]", kNominalTokens)},
             options.max_length, from_to(1, kLongestSequence));
}

void add_run_options(OptionSet& set, RunOptions& options) {
  set.heading(kGroup);
  set.number({"--batch", "B", "Samples per run; never changes a result"}, options.batch, from_to(1, 65536));
  add_threads_option(set, options.threads);
}

void add_threads_option(OptionSet& set, int& threads) {
  set.heading(kGroup);
  set.number({"--threads", "T", "Threads, 0 for all; never changes a result"}, threads, from_to(0, 4096));
}

OpenedWeights open_weights(const ModelOptions& options) {
  const auto config =
      options.config.empty() ? std::nullopt : std::optional<std::filesystem::path>(options.config);
  OpenedWeights weights{.checkpoint = open_checkpoint(options.weights, config), .sha256 = {}};
  weights.sha256 = sha256_of_files(weights.checkpoint.weight_files);
  options.check(weights.checkpoint.bert.has_value());
  return weights;
}

Graph build_network(OpenedWeights& weights, const ModelOptions& options, std::optional<Shape> size) {
  weights.damage = damaged_weights(weights.checkpoint);
  Graph graph = build(std::move(weights.checkpoint), options, std::move(size));
  for (std::string& sentence : damaged_layers(graph)) weights.damage.push_back(std::move(sentence));
  return graph;
}

void add_remarks(const OpenedWeights& weights, const Graph& graph, Remarks& remarks) {
  const Checkpoint& checkpoint = weights.checkpoint;
  for (const std::string& sentence : checkpoint.assumed) remarks.assume(sentence);
  for (const std::string& sentence : graph.assumed) remarks.record_assumed(sentence);
  for (const std::string& sentence : weights.damage) remarks.notice(sentence);
  for (const LeftOut& left_out : checkpoint.left_out) {
    is_usual(left_out) ? remarks.record_left_out(left_out) : remarks.leave_out(left_out);
  }
}

void write(const ModelOptions& options, Json& json) {
  json["weights"] = options.weights;
  json["input_size"] = or_null(options.input_size);
  json["config"] = or_null(options.config);
  json["stride_in"] = or_null(options.stride_in);
  json["no_head"] = options.no_head;
  json["heads"] = or_null(options.heads);
}

void write(const RunOptions& options, Json& json) {
  json["batch"] = options.batch;
}

}  // namespace dpac::cli
