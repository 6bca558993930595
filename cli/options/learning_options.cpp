#include "cli/options/learning_options.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "cli/support/json.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Learning";
constexpr int64_t kDefaultImages = 512;

void parse_start(const std::string& text, LearningOptions& options) {
  StartOption start{.energy = 0, .analytic = text == "analytic"};
  if (!start.analytic) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), start.energy);
    if (failure != std::errc() || end != text.data() + text.size()) {
      throw CLI::ValidationError("--start",
                                 fmt::format("'{}' is neither an energy nor the word analytic", text));
    }
  }
  options.start = start;
}

void check_positive(const std::string& option, double value) {
  if (static_cast<float>(value) > 0 && std::isfinite(static_cast<float>(value))) return;
  throw Error(fmt::format("{} is {}, expected a positive number", option, value));
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

void add_data(CLI::App& app, LearningOptions& options) {
  app.add_option("--train-data", options.train_data,
                 "Samples to learn on, in any of --data's forms, preprocessed like --data; all are used")
      ->type_name("PATH")
      ->required()
      ->group(kGroup);
  app.add_option("--train-labels", options.train_labels, "A name and a class per line, for a flat folder")
      ->type_name("FILE")
      ->group(kGroup);
  app.add_flag("--no-augment", options.no_augment, "Neither crop nor flip at random")->group(kGroup);
}

void add_numbers(CLI::App& app, LearningOptions& options) {
  const auto integer = [&app](const std::string& name, std::optional<int64_t>& to, const std::string& text) {
    app.add_option(name, to, text)->type_name("N")->check(CLI::Range(1, 1000000))->group(kGroup);
  };
  integer("--steps", options.steps, fmt::format("Batches to learn from [{}]", kLearningSteps));
  integer("--train-batch", options.batch, fmt::format("Samples of such a batch [{}]", kLearningBatch));
  integer("--images", options.images,
          fmt::format("Samples to estimate sensitivities on, for analytic energies [{}]", kDefaultImages));
  app.add_option("--lr", options.rate, fmt::format("Adam's learning rate [{}]", kLearningRate))
      ->type_name("R")
      ->group(kGroup);
  app.add_option("--lambda", options.lambda, "Weight of the energy in the loss [2 with shot noise, else 8]")
      ->type_name("L")
      ->group(kGroup);
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
  check_positive("--lr", rate_in_force());
  if (start && !start->analytic) check_positive("--start", start->energy);
  if (lambda && !(*lambda >= 0 && std::isfinite(*lambda))) {
    throw Error(fmt::format("--lambda is {}, expected a number that is not negative", *lambda));
  }
  if (const char* given = given_for_steps(*this); closed_form() && given != nullptr) {
    throw Error(
        fmt::format("{} was given, but --method analytic learns nothing that it could act on", given));
  }
  if (images && !sensitivities_needed()) {
    throw Error("--images was given, but nothing needs sensitivities: add --method or --start analytic");
  }
}

void LearningOptions::check_for(bool reads_text) const {
  if (!reads_text) return;
  if (no_augment) throw Error("--no-augment was given, but text is not augmented");
  if (!train_labels.empty()) throw Error("--train-labels was given, but it is for images");
}

void add_learning_options(CLI::App& app, LearningOptions& options) {
  add_data(app, options);
  app.add_option("--method", options.method,
                 "sgd: learn; analytic: the closed form for small noise, without learning")
      ->type_name("KIND")
      ->check(CLI::IsMember({"sgd", "analytic"}))
      ->capture_default_str()
      ->group(kGroup);
  add_numbers(app, options);
  app.add_option_function<std::string>(
         "--start", [&options](const std::string& text) { parse_start(text, options); },
         fmt::format("Energy of every layer to start from, or the closed form's [{}; BERT: {}]", kStartEnergy,
                     kTextStartEnergy))
      ->type_name("E|analytic")
      ->group(kGroup);
  app.add_flag("--round-energy", options.round, "Round energies to whole numbers, at least 1")->group(kGroup);
}

DataOptions training_data_options(const LearningOptions& options, const DataOptions& data) {
  DataOptions training = data;
  training.limit.reset();
  if (options.train_data != data.data || !options.train_labels.empty()) {
    training.data = options.train_data;
    training.labels = options.train_labels;
  }
  return training;
}

void write(const LearningOptions& options, NoiseKind noise, Augmentation augmentation,
           nlohmann::ordered_json& json) {
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
  if (learns && !start.analytic) json["start"] = start.energy;
  json["images"] =
      options.sensitivities_needed() ? or_null(std::optional(options.images_in_force())) : nullptr;
  json["augment"] = learns && augmentation != Augmentation::none;
  json["round_energy"] = options.round;
}

}  // namespace dpac::cli
