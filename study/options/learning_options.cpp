#include "study/options/learning_options.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "learn/learning_record.h"
#include "study/options/analog_options.h"
#include "study/options/model_options.h"
#include "study/options/noise_options.h"
#include "study/settings/setting_error.h"

namespace dpac {
namespace {

constexpr const char* kGroup = "Learning";
constexpr const char* kCalibrationHelp = "Samples to calibrate on, preprocessed like --data [--train-data]";

double parse_start_energy(const std::string& text) {
  NumberRule rule = positive_number();
  rule.expected += ", the word analytic or a file with energies";
  return parse_number<double>("--start", text, rule);
}

void parse_start(const std::string& text, LearningSettings& settings) {
  if (text == "analytic") {
    settings.start = {.analytic = true};
    return;
  }
  try {
    settings.start = {.energy = parse_start_energy(text)};
  } catch (const SettingError&) {
    std::error_code unknown;
    if (!std::filesystem::is_regular_file(text, unknown)) throw;
    settings.start = {.file = text};
  }
}

void add_data(OptionSet& set, LearningSettings& settings) {
  set.path({"--train-data", "PATH",
            "Samples to learn on, in any of --data's forms, preprocessed like --data; all are used"},
           settings.train_data, FileRole::reads)
      .required();
  set.path({"--train-labels", "FILE", "A name and a class per line, for a flat folder"},
           settings.train_labels, FileRole::reads);
  set.flag({"--no-augment", "", "Neither crop nor flip at random"}, settings.no_augment);
}

void add_numbers(OptionSet& set, LearningSettings& settings) {
  const auto count = [&set](const std::string& name, std::optional<int64_t>& to, const std::string& help) {
    set.number({name, "N", help}, to, from_to(1, 1000000));
  };
  count("--steps", settings.steps, fmt::format("Batches to learn from [{}]", kLearningSteps));
  count("--train-batch", settings.batch, fmt::format("Samples of such a batch [{}]", kLearningBatch));
  count("--images", settings.images,
        fmt::format("Samples to estimate sensitivities on, for analytic energies [{}]", kSensitivityImages));
  set.number({"--lr", "R", fmt::format("Adam's learning rate [{}]", kLearningRate)}, settings.rate,
             positive_number());
  set.number({"--lambda", "L", "Weight of the energy in the loss [2 with shot noise, else 8]"},
             settings.lambda, non_negative_number());
}

void add_learning_options(OptionSet& set, LearningSettings& settings) {
  set.heading(kGroup);
  add_data(set, settings);
  set.choice({"--method", "", "sgd: learn; analytic: the closed form, without learning"}, settings.method,
             {"sgd", "analytic"});
  add_numbers(set, settings);
  set.parsed(
         {"--start", "E|analytic|FILE",
          fmt::format("Energy of every layer to start from; the closed form's; or those of a file as eval's "
                      "--energies takes it, per layer the mean of its channels [{}; BERT: {}]",
                      kStartEnergy, kTextStartEnergy)},
         [&settings](const std::string& text) { parse_start(text, settings); })
      .checked([&settings] {
        const auto& start = settings.start;
        if (start && !start->analytic && start->file.empty())
          (void)parse_start_energy(fmt::format("{}", start->energy));
      });
  set.further_files([&settings] {
    const std::string file = settings.start_in_force().file;
    return file.empty() ? std::vector<FileUse>{} : std::vector<FileUse>{{"--start", file, FileRole::reads}};
  });
  set.flag({"--round-energy", "", "Round energies to whole numbers, at least 1"}, settings.round);
}

/// What single networks and the rows of a table have in common, up to the kind of noise.
void add_common_options(OptionSet& set, WorkbenchSettings& settings, const DataHelp& help) {
  add_network_options(set, settings.model);
  add_run_options(set, settings.run);
  add_data_options(set, settings.data, help);
  add_learning_options(set, settings.learning);
}

void add_quantizer_options(OptionSet& set, WorkbenchSettings& settings) {
  add_bits_options(set, settings.analog.quantization);
  add_arithmetic_option(set, settings.analog.quantization);
  add_calibration_options(set, settings.analog.calibration);
  add_calibration_data_option(set, settings.analog.calibration, kCalibrationHelp);
}

}  // namespace

void add_workbench_options(OptionSet& set, WorkbenchSettings& settings, const DataHelp& help) {
  add_common_options(set, settings, help);
  add_noise_option(set, settings.analog.noise, noisy_kinds());
  add_seed_option(set, settings.analog.noise);
  add_seeds_options(set, settings.analog.noise);
  add_quantizer_options(set, settings);
  add_calibration_file_option(set, settings.analog.calibration);
}

void add_table_workbench_options(OptionSet& set, WorkbenchSettings& settings) {
  add_common_options(set, settings, {});
  add_noise_constants(set, settings.analog.noise);
  add_seed_option(set, settings.analog.noise, "First seed of the searches");
  add_seeds_options(set, settings.analog.noise,
                    "Number of searches with seeds S, S+1, ..., for the error bars");
  add_quantizer_options(set, settings);
}

void add_state_option(OptionSet& set, std::string& folder) {
  set.path({"--state", "DIR", "Keep what was done in this folder; the same command again goes on there"},
           folder, FileRole::keeps);
}

void add_search_options(OptionSet& set, SearchSettings& settings) {
  set.heading("Search");
  set.number({"--max-loss", "F",
              fmt::format("Loss of accuracy allowed below full precision, absolute, as a fraction [{}]",
                          kDefaultLoss)},
             settings.max_loss,
             {0, 1, true, "a fraction of at most 1, such as 0.02 for two points of accuracy"});
  set.number({"--target-accuracy", "A", "Accuracy to be reached, as a fraction"}, settings.target_accuracy,
             {0, 1, false, "a fraction of at most 1, such as 0.74"})
      .excludes({"--max-loss"});
  set.choices({"--kinds", "A,B,...",
               "Allocations to find: one energy for all layers, one per layer, one per output channel"},
              settings.kinds, {"uniform", "layer", "channel"});
  set.number({"--bracket", "LOW,HIGH",
              "Energies between which the smallest is expected; the search leaves them where it must [what "
              "the paper "
              "used]"},
             settings.bracket, positive_number());
  set.number({"--tries", "N", "Energies to try at most, for each kind"}, settings.tries, from_to(1, 1000));
}

}  // namespace dpac
