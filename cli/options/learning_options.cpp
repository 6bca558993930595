#include "cli/options/learning_options.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "cli/support/json.h"
#include "cli/support/usage_error.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Learning";
constexpr int64_t kDefaultImages = 512;

void parse_start(const std::string& text, LearningOptions& options) {
  if (text == "analytic") {
    options.start = {.analytic = true};
    return;
  }
  NumberRule rule = positive_number();
  rule.expected += ", the word analytic or a file with energies";
  try {
    options.start = {.energy = parse_number<double>("--start", text, rule)};
  } catch (const UsageError&) {
    std::error_code unknown;
    if (!std::filesystem::is_regular_file(text, unknown)) throw;
    options.start = {.file = text};
  }
}

/// Name of an option that the closed form has no use for; null for none.
const char* given_for_steps(const LearningOptions& options) {
  if (options.steps) return "--steps";
  if (options.batch) return "--train-batch";
  if (options.rate) return "--lr";
  if (options.lambda) return "--lambda";
  if (options.start) return "--start";
  return options.no_augment ? "--no-augment" : nullptr;
}

void add_data(OptionSet& set, LearningOptions& options) {
  set.path({"--train-data", "PATH",
            "Samples to learn on, in any of --data's forms, preprocessed like --data; all are used"},
           options.train_data, FileRole::reads)
      .required();
  set.path({"--train-labels", "FILE", "A name and a class per line, for a flat folder"}, options.train_labels,
           FileRole::reads);
  set.flag({"--no-augment", "", "Neither crop nor flip at random"}, options.no_augment);
}

void add_numbers(OptionSet& set, LearningOptions& options) {
  const auto count = [&set](const std::string& name, std::optional<int64_t>& to, const std::string& help) {
    set.number({name, "N", help}, to, from_to(1, 1000000));
  };
  count("--steps", options.steps, fmt::format("Batches to learn from [{}]", kLearningSteps));
  count("--train-batch", options.batch, fmt::format("Samples of such a batch [{}]", kLearningBatch));
  count("--images", options.images,
        fmt::format("Samples to estimate sensitivities on, for analytic energies [{}]", kDefaultImages));
  set.number({"--lr", "R", fmt::format("Adam's learning rate [{}]", kLearningRate)}, options.rate,
             positive_number());
  set.number({"--lambda", "L", "Weight of the energy in the loss [2 with shot noise, else 8]"},
             options.lambda, non_negative_number());
}

}  // namespace

int64_t LearningOptions::steps_in_force() const {
  return steps.value_or(kLearningSteps);
}

int64_t LearningOptions::batch_in_force() const {
  return batch.value_or(kLearningBatch);
}

int64_t LearningOptions::images_in_force() const {
  return images.value_or(kDefaultImages);
}

double LearningOptions::rate_in_force() const {
  return rate.value_or(kLearningRate);
}

double LearningOptions::lambda_in_force(NoiseKind noise) const {
  return lambda.value_or(default_lambda(noise));
}

StartOption LearningOptions::start_in_force() const {
  return start.value_or(StartOption{.energy = default_start, .analytic = false});
}

void LearningOptions::check() const {
  if (const char* given = given_for_steps(*this); closed_form() && given != nullptr) {
    throw UsageError(
        fmt::format("{} was given, but --method analytic learns nothing that it could act on", given));
  }
  if (images && !sensitivities_needed()) {
    throw UsageError("--images was given, but nothing needs sensitivities: add --method or --start analytic");
  }
}

void LearningOptions::check_for(bool reads_text) const {
  if (!reads_text) return;
  if (no_augment) throw UsageError("--no-augment was given, but text is not augmented");
  if (!train_labels.empty()) throw UsageError("--train-labels was given, but it is for images");
}

void add_learning_options(OptionSet& set, LearningOptions& options) {
  set.heading(kGroup);
  add_data(set, options);
  set.choice({"--method", "", "sgd: learn; analytic: the closed form, without learning"}, options.method,
             {"sgd", "analytic"});
  add_numbers(set, options);
  set.parsed(
      {"--start", "E|analytic|FILE",
       fmt::format("Energy of every layer to start from; the closed form's; or those of a file as eval's "
                   "--energies takes it, per layer the mean of its channels [{}; BERT: {}]",
                   kStartEnergy, kTextStartEnergy)},
      [&options](const std::string& text) { parse_start(text, options); });
  set.further_files([&options] {
    const std::string file = options.start_in_force().file;
    return file.empty() ? std::vector<FileUse>{} : std::vector<FileUse>{{"--start", file, FileRole::reads}};
  });
  set.flag({"--round-energy", "", "Round energies to whole numbers, at least 1"}, options.round);
}

DataOptions training_data_options(const LearningOptions& options, const DataOptions& data) {
  DataOptions training = data;
  training.limit.reset();
  training.part = DataPart::training;
  if (options.train_data != data.data || !options.train_labels.empty()) {
    training.data = options.train_data;
    training.labels = options.train_labels;
  }
  return training;
}

void write(const LearningOptions& options, NoiseKind noise, Augmentation augmentation, Json& json) {
  json["train_data"] = options.train_data;
  json["train_labels"] = or_null(options.train_labels);
  json["method"] = options.method;
  const StartOption start = options.start_in_force();
  const bool learns = !options.closed_form();
  json["steps"] = learns ? or_null(std::optional(options.steps_in_force())) : nullptr;
  json["train_batch"] = options.batch_in_force();
  json["lr"] = learns ? or_null(std::optional(options.rate_in_force())) : nullptr;
  json["lambda"] = learns ? or_null(std::optional(options.lambda_in_force(noise))) : nullptr;
  json["start"] = nullptr;
  if (learns && start.analytic) json["start"] = "analytic";
  if (learns && !start.analytic) json["start"] = start.file.empty() ? Json(start.energy) : Json(start.file);
  json["images"] =
      options.sensitivities_needed() ? or_null(std::optional(options.images_in_force())) : nullptr;
  json["augment"] = learns && augmentation != Augmentation::none;
  json["round_energy"] = options.round;
}

}  // namespace dpac::cli
