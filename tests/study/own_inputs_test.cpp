// Networks that are open already, images in memory, and energies and ranges from code: what files give.
#include <algorithm>
#include <memory>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "engine/noise/analog.h"
#include "loaders/images/open_dataset.h"
#include "loaders/pixels/preprocess.h"
#include "study/calibration/analog_setup.h"
#include "study/options/given_options.h"
#include "study/options/study_options.h"
#include "study/session/opened_network.h"
#include "study/session/session.h"
#include "study/study.h"
#include "tests/support/cli_inputs.h"
#include "tests/support/messages.h"
#include "tests/support/text_inputs.h"

using namespace dpac;
using namespace dpac::test;

namespace {

EvaluationSettings settings_on(const CliInputs& inputs) {
  EvaluationSettings settings;
  settings.model.weights = inputs.weights;
  settings.data.data = inputs.data;
  settings.data.preset = "plain";
  settings.analog.noise.noise = "shot";
  settings.analog.noise.energies.energy = 20;
  settings.analog.noise.seeds = 3;
  return settings;
}

/// The images of the settings' data, preprocessed as they say.
std::shared_ptr<const ImageArrays> in_memory(const EvaluationSettings& settings) {
  const std::shared_ptr<const ImageDataset> data = open_image_dataset(settings.data.data);
  const Image first = data->load(0);
  ImageArrays arrays{.size = data->size(), .shape = {first.channels, first.height, first.width}};
  arrays.load = [data](int64_t index, std::span<float> image) {
    const Image pixels = data->load(index);
    preprocess(pixels, {}, pixels.channels, image);
  };
  for (int64_t i = 0; i < data->size(); ++i) arrays.labels.push_back(data->label(i));
  return std::make_shared<const ImageArrays>(std::move(arrays));
}

nlohmann::json points_of(const EvaluationSettings& settings) {
  const auto json = nlohmann::json::parse(evaluate(settings).to_json());
  return {json["top1"], json["seeds"], json["layers"], json["noise_free_top1"]};
}

}  // namespace

TEST_CASE("an evaluation of images in memory, on a network that is open, is that of the files") {
  const CliInputs inputs;
  EvaluationSettings settings = settings_on(inputs);
  const auto expected = points_of(settings);
  settings.model.opened = open_network(settings.model);
  CHECK(points_of(settings) == expected);
  settings.data = {.arrays = in_memory(settings)};
  CHECK(points_of(settings) == expected);
  settings.model.opened = nullptr;
  CHECK(points_of(settings) == expected);
}

TEST_CASE("pixels in memory are preprocessed as those of the file") {
  const CliInputs inputs;
  EvaluationSettings settings = settings_on(inputs);
  settings.data.preset = "torchvision";
  settings.data.mean = {90, 100, 110};
  const auto expected = points_of(settings);
  const std::shared_ptr<const ImageDataset> data = open_image_dataset(inputs.data);
  auto pixels = std::make_shared<ImageArrays>(ImageArrays{.size = data->size()});
  pixels->load_pixels = [data](int64_t index) { return data->load(index); };
  for (int64_t i = 0; i < data->size(); ++i) pixels->labels.push_back(data->label(i));
  settings.data.arrays = pixels;
  settings.data.data.clear();
  CHECK(points_of(settings) == expected);
  settings.model.opened = open_network(settings.model);
  CHECK(points_of(settings) == expected);
  settings.data.class_map = "map.txt";
  CHECK(contains(message_of([&] { (void)evaluate(settings); }),
                 "--class-map was given beside images in memory"));
}

TEST_CASE("energies and ranges from code are used as those of files") {
  const CliInputs inputs;
  EvaluationSettings settings = settings_on(inputs);
  settings.analog.noise.noise = "thermal";
  const auto expected = points_of(settings);
  const auto network = open_network(settings.model);
  settings.analog.noise.energies.energy.reset();
  settings.analog.noise.energies.values = uniform_energies(analog_layers(network->graph), 20);
  CHECK(points_of(settings) == expected);

  NetworkCalibrationSettings calibration;
  calibration.model = settings.model;
  calibration.data = settings.data;
  calibration.data.part = DataPart::test;
  calibration.calibration.method_name = "percentile";
  settings.analog.calibration.ranges = calibrate_network(calibration).record.ranges;
  CHECK(points_of(settings) == expected);
}

TEST_CASE("what is in memory and does not fit is refused") {
  const CliInputs inputs;
  EvaluationSettings settings = settings_on(inputs);
  auto arrays = std::make_shared<ImageArrays>(*in_memory(settings));
  settings.data = {.arrays = arrays};
  const auto message = [&] { return message_of([&] { (void)evaluate(settings); }); };
  arrays->labels.front() = 99;
  CHECK(contains(message(), "images[0]: its label is 99"));
  arrays->labels.pop_back();
  CHECK(contains(message(), "labels for"));
  arrays->labels.clear();
  settings.model.opened = open_network(settings.model);
  arrays->shape.width += 1;
  CHECK(contains(message(), "an image has the shape"));
  arrays->size = 0;
  CHECK(contains(message(), "there are none, expected at least one"));
}

TEST_CASE("ranges are calibrated on the images that are given for it, in memory as in files") {
  const CliInputs inputs;
  EvaluationSettings settings = settings_on(inputs);
  settings.analog.noise.noise = "thermal";
  const auto found = [&] {
    const Session session = open_session(settings.model, settings.data);
    return set_up(settings.analog, settings.data, session, settings.run);
  };
  settings.analog.calibration.data = inputs.data;
  const Ranges of_files = found().quantization.ranges;
  auto arrays = std::make_shared<ImageArrays>(*in_memory(settings));
  settings.analog.calibration = {.arrays = arrays};
  CHECK(found().quantization.ranges == of_files);

  arrays->size = 1;
  arrays->labels.resize(1);
  arrays->name = "the first";
  const Ranges of_one = found().quantization.ranges;
  CHECK(of_one != of_files);
  settings.data = {.arrays = in_memory(settings)};
  const AnalogSetup setup = found();
  CHECK(setup.quantization.ranges == of_one);
  CHECK(setup.source->data == "the first");
  CHECK(
      std::ranges::none_of(setup.notices, [](auto& notice) { return contains(notice, "on --data itself"); }));
}

TEST_CASE("training images in memory and images to judge by in files need not agree on how files are read") {
  const CliInputs inputs;
  const EvaluationSettings files = settings_on(inputs);
  LearnSettings settings;
  settings.model.weights = inputs.weights;
  settings.target_energy = 10;
  settings.learning.steps = 2;
  settings.learning.no_augment = true;
  settings.learning.train_arrays = in_memory(files);
  settings.data = files.data;
  const Energies expected = learn(settings).learned.energies;
  settings.learning.train_arrays = nullptr;
  settings.learning.train_data = files.data.data;
  settings.data.data.clear();
  settings.data.arrays = in_memory(files);
  CHECK(learn(settings).learned.energies == expected);
}

TEST_CASE("two ways to say one thing are refused, whichever they are") {
  const CliInputs inputs;
  const auto refusal = [&](const auto& change) {
    EvaluationSettings settings = settings_on(inputs);
    settings.analog.noise.noise = "thermal";
    change(settings);
    return message_of([&] { (void)evaluate(settings); });
  };
  const auto arrays = in_memory(settings_on(inputs));
  CHECK(contains(refusal([&](auto& s) { s.data.arrays = arrays; }),
                 "--data was given beside preprocessed images in memory"));
  CHECK(contains(refusal([&](auto& s) {
                   s.data = {.arrays = arrays};
                   s.data.preset = "plain";
                 }),
                 "--preset was given beside preprocessed images in memory"));
  CHECK(contains(refusal([&](auto& s) {
                   s.data = {.arrays = arrays};
                   s.data.text.task = "mnli";
                 }),
                 "--task was given beside preprocessed images in memory"));
  CHECK(contains(refusal([](auto& s) {
                   s.analog.noise.energies.sweep = {1, 2};
                 }),
                 "energies were given in several ways"));
  CHECK(contains(refusal([](auto& s) {
                   s.analog.calibration.ranges.emplace();
                   s.analog.calibration.method_name = "ema";
                 }),
                 "--calibration-method was given beside ranges"));
  CHECK(contains(refusal([&](auto& s) {
                   s.analog.calibration.arrays = arrays;
                   s.analog.calibration.data = inputs.data;
                 }),
                 "--calibration-data was given beside images in memory to calibrate on"));
  LearnSettings learning;
  learning.model.weights = inputs.weights;
  learning.target_energy = 10;
  learning.learning = {.train_data = inputs.data, .train_arrays = arrays};
  CHECK(
      contains(message_of([&] { (void)learn(learning); }), "--train-data was given beside training images"));
}

TEST_CASE("images in memory are no texts") {
  const TextInputs inputs;
  EvaluationSettings settings;
  settings.model.weights = inputs.weights;
  settings.model.heads = 2;
  settings.data = {.arrays = in_memory(settings_on(CliInputs()))};
  const auto message = [&] { return message_of([&] { (void)evaluate(settings); }); };
  CHECK(contains(message(), "images in memory were given, but"));
  settings.model.opened = open_network(settings.model);
  CHECK(contains(message(), "reads text: give --data"));
}

TEST_CASE("a state is not kept for images that it could not know again") {
  const CliInputs inputs;
  LearnSettings settings;
  settings.model.weights = inputs.weights;
  settings.target_energy = 10;
  settings.state = "folder";
  settings.learning.train_arrays = in_memory(settings_on(inputs));
  CHECK(
      contains(message_of([&] { (void)learn(settings); }), "cannot be told from others when it is resumed"));
}

TEST_CASE("options by name are those of the program") {
  EvaluationSettings settings;
  OptionSet set;
  add_options(set, settings);
  take(set,
       {{"--noise", {"shot"}}, {"--energies-sweep", {"1,2.5"}}, {"--no-head", {}}, {"--text", {"a", "b"}}});
  CHECK(settings.analog.noise.noise == "shot");
  CHECK(settings.analog.noise.energies.sweep == std::vector<double>{1, 2.5});
  CHECK(settings.model.no_head);
  CHECK(settings.data.text.sentences == std::vector<std::string>{"a", "b"});
  const auto refusal = [&](const GivenOptions& given) { return message_of([&] { take(set, given); }); };
  CHECK(refusal({{"--nois", {"shot"}}}) == "there is no option --nois here; did you mean --noise?");
  CHECK(refusal({{"--batch", {}}}) == "--batch has 0 values, expected one");
  CHECK(contains(refusal({{"--batch", {"0"}}}), "--batch is '0', expected"));
  CHECK(contains(refusal({{"--text", {"a"}}, {"--limit", {"3"}}}), "exclude each other"));
}
