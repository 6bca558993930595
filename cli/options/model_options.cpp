#include "cli/options/model_options.h"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "cli/support/json.h"
#include "loaders/checkpoint.h"
#include "loaders/sha256.h"

namespace dpac::cli {
namespace {

constexpr int64_t kLargestSide = 16384;

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

}  // namespace

void add_weights_option(CLI::App& app, ModelOptions& options, bool positional) {
  app.add_option(positional ? "file,--weights" : "--weights", options.weights,
                 "Checkpoint: PyTorch or Keras weights in HDF5, or safetensors; found out by content")
      ->type_name("FILE")
      ->required();
}

void add_input_size_option(CLI::App& app, ModelOptions& options) {
  const auto parse = [&options](const std::string& text) {
    options.input_size = parse_size(text);
    if (!options.input_size) {
      throw CLI::ValidationError("--input-size", fmt::format("'{}' is no size such as 224x224", text));
    }
  };
  app.add_option_function<std::string>(
         "--input-size", parse,
         "Height and width of the network's input in pixels [what data or weights say]")
      ->type_name("HxW");
}

void add_run_options(CLI::App& app, RunOptions& options) {
  app.add_option("--batch", options.batch, "Samples per run; never changes a result")
      ->type_name("B")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  add_threads_option(app, options.threads);
}

void add_threads_option(CLI::App& app, int& threads) {
  app.add_option("--threads", threads, "Threads, 0 for all; never changes a result")
      ->type_name("T")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
}

OpenedWeights open_weights(const ModelOptions& options) {
  return {open_checkpoint(options.weights), sha256_of_file(options.weights)};
}

void write(const ModelOptions& options, nlohmann::ordered_json& json) {
  json["weights"] = options.weights;
  json["input_size"] = or_null(options.input_size);
}

void write(const RunOptions& options, nlohmann::ordered_json& json) {
  json["batch"] = options.batch;
}

}  // namespace dpac::cli
