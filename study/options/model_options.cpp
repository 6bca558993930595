#include "study/options/model_options.h"

#include <charconv>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/networks/bert.h"
#include "engine/networks/random/random_network.h"
#include "study/options/data_options.h"
#include "study/settings/setting_error.h"

namespace dpac {
namespace {

constexpr const char *kGroup = "Options", *kIn3x3 = "3x3", *kIn1x1 = "1x1";
constexpr int64_t kLargestSide = 16384, kLongestSequence = 1 << 20;

SettingError no_size(const std::string& text) {
  return SettingError(fmt::format("--input-size: '{}' is no size such as 224x224", text));
}

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

DeclaredOption declare_weights(OptionSet& set, ModelSettings& settings, bool positional) {
  set.heading(kGroup);
  return set.path(
      {positional ? "file,--weights" : "--weights", "FILE",
       "Checkpoint of a network: a file of torch.save (.pth, .pt, .bin), safetensors, ONNX, a Keras model "
       "(.keras, .h5), PyTorch or Keras weights in HDF5, found out by content; or an index of shards, a "
       "shard, or a folder with weights"},
      settings.weights, FileRole::reads);
}

}  // namespace

void add_weights_option(OptionSet& set, ModelSettings& settings, bool positional) {
  declare_weights(set, settings, positional).required();
}

void add_weights_or_network_option(OptionSet& set, ModelSettings& settings) {
  declare_weights(set, settings, /*positional=*/false);
  set.choice({"--network", "NAME", "In place of --weights: a known architecture with random weights"},
             settings.network, random_network_names())
      .excludes({"--weights"});
}

void add_network_options(OptionSet& set, ModelSettings& settings) {
  const auto parse = [&settings](const std::string& text) {
    settings.input_size = parse_size(text);
    if (!settings.input_size) throw no_size(text);
  };
  const auto check = [&settings] {
    if (!settings.input_size) return;
    const std::string text = fmt::format("{}", fmt::join(*settings.input_size, "x"));
    if (!parse_size(text)) throw no_size(text);
  };
  set.heading(kGroup);
  set.parsed({"--input-size", "HxW",
              "Height and width of the network's input in pixels [what data or weights say]"},
             parse)
      .checked(check);
  set.choice({"--stride-in", "",
              "Convolution of a bottleneck block that has its stride: torchvision's way or Caffe's [what the "
              "weights "
              "say, else 3x3]"},
             settings.stride_in, {kIn3x3, kIn1x1});
  set.flag(
      {"--no-head", "",
       "The network ends in features, the averages of its last maps, whatever classifier the weights have"},
      settings.no_head);
  set.path({"--config", "FILE", "The network's config.json [in the file, or beside it]"}, settings.config,
           FileRole::reads);
  set.heading(kTextGroup);
  set.number({"--heads", "H", "Attention heads [what the configuration says]"}, settings.heads,
             from_to(1, 65536));
  set.number({"--max-length", "L",
              fmt::format("Tokens of the longest sequence; longer texts are cut [{}]", kNominalTokens)},
             settings.max_length, from_to(1, kLongestSequence));
}

void add_run_options(OptionSet& set, RunSettings& settings) {
  set.heading(kGroup);
  set.number({"--batch", "B", "Samples per run; never changes a result"}, settings.batch, from_to(1, 65536));
  add_threads_option(set, settings.threads);
}

void add_threads_option(OptionSet& set, int& threads) {
  set.heading(kGroup);
  set.number({"--threads", "T", "Threads, 0 for all; never changes a result"}, threads, from_to(0, 4096));
}

}  // namespace dpac
