/// @file
/// `dpac eval`: accuracy on a data set, clean or noisy, at one energy or several.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/output_options.h"
#include "cli/support/terminal_progress.h"
#include "cli/text/answer_text.h"
#include "cli/text/point_text.h"
#include "study/evaluation/evaluate.h"
#include "study/options/study_options.h"
#include "study/support/printable.h"

namespace dpac::cli {
namespace {

constexpr std::size_t kFewLayers = 12;  // Up to which the ledger is printed anyway.

struct EvalCommand {
  EvaluationSettings settings;
  OutputOptions output;
  bool ledger = false, no_baseline = false;
};

/// "8 bits", or what values without a quantiser are stored in.
std::string bits_text(const std::optional<double>& bits, std::string_view arithmetic) {
  if (bits) return fmt::format("{} bits", *bits);
  return arithmetic == "bfloat16" ? "bfloat16" : "float32";
}

/// "shot, seeds 0 ... 4", "none".
std::string noise_text(const NoiseSettings& noise) {
  if (noise.kind() == NoiseKind::none) return "none";
  const uint64_t last = noise.seed + static_cast<uint64_t>(noise.seeds - 1);
  if (noise.seeds == 1) return fmt::format("{}, seed {}", noise.noise, noise.seed);
  return fmt::format("{}, seeds {} ... {}", noise.noise, noise.seed, last);
}

/// What was run: a result without it is worth nothing tomorrow.
std::string setting_text(const EvaluationSettings& settings, const Evaluation& result) {
  const std::string part =
      result.samples == result.data_size ? "" : fmt::format(" of {}", with_thousands(result.data_size));
  return fmt::format(
      "network {}, {}\ndata    {}, {}{} samples\ninput   {}\nnoise   {}\nvalues  weights {}, activations "
      "{}; computed "
      "in {}\n",
      result.architecture, settings.model.weights, settings.data.data, with_thousands(result.samples), part,
      result.preprocessing, noise_text(settings.analog.noise),
      bits_text(result.quantization.weight_bits, result.arithmetic),
      bits_text(result.quantization.activation_bits, result.arithmetic), result.arithmetic);
}

/// Accuracies of the points, and what they are measured against.
std::string result_text(const EvaluationSettings& settings, const Evaluation& result) {
  const bool sweep = !settings.analog.noise.energies.sweep.empty();
  std::string text = result.noise_free ? fmt::format("clean   {} without noise and quantisers\n",
                                                     percent(*result.noise_free))
                                       : "";
  if (sweep) text += '\n';
  return text + (sweep ? table_of(result.points) + '\n' : text_of(result.points.front()));
}

std::string text_of_answers(const Evaluation& result) {
  std::string text;
  for (const Document& answer : result.answers) text += answer_text(answer.json());
  const auto& energy = result.points.front().energy;
  return energy ? text + text_of(*energy) : text;
}

bool ledger_wanted(const EvalCommand& command, const std::vector<PointReport>& points) {
  if (!points.front().energy || points.size() > 1) return false;
  return command.ledger || points.front().energy->ledger.layers.size() <= kFewLayers;
}

void run(EvalCommand& command) {
  EvaluationSettings& settings = command.settings;
  settings.run = watched(settings.run, command.output.quiet);
  settings.baseline = !command.no_baseline;
  const Evaluation result = evaluate(settings);
  std::string text = result.answers.empty()
                         ? setting_text(settings, result) + result_text(settings, result) +
                               fmt::format("time    {:.3f} ms a sample and pass\n", result.ms_per_sample)
                         : text_of_answers(result);
  if (ledger_wanted(command, result.points)) text += '\n' + ledger_text(*result.points.front().energy);
  publish(command.output, result.remarks, text, result.document);
}

}  // namespace

Work add_eval(OptionSet& set) {
  const auto command = std::make_shared<EvalCommand>();
  EvaluationSettings& settings = command->settings;
  add_options(set, settings);
  add_output_options(set, command->output);
  set.path({"--predictions", "FILE",
            "CSV: index, label, prediction, its probability (scores: index, score, prediction)"},
           settings.predictions, FileRole::writes);
  set.flag({"--ledger", "", fmt::format("Print every layer's energy [for at most {} layers]", kFewLayers)},
           command->ledger);
  set.flag({"--no-baseline", "",
            "Do not run the network without noise and quantisers beside, which losses are measured against"},
           command->no_baseline);
  set.path({"--logits", "FILE", "HDF5: /logits, float32 [samples, classes], or embeddings"}, settings.logits,
           FileRole::writes);
  set.footer(
      "Energies are photons per MAC for shot noise, else multiples of the base energy. ms a sample is time "
      "in the "
      "network, decoding runs beside it. The interval is Wilson's 95 %, +- the standard deviation over "
      "seeds. In JSON a "
      "sweep's results are in `points`.\n\n"
      "Example:\n  dpac eval --weights resnet20.h5 --data cifar10/test --noise shot --energy 10 --seeds 5\n"
      "  dpac eval --weights bert/model.safetensors --data MNLI/dev_matched.tsv --task mnli\n"
      "  dpac eval --weights bert/model.safetensors --text 'A man sleeps.' --text 'Nobody is awake.'");
  return [command] { run(*command); };
}

}  // namespace dpac::cli
