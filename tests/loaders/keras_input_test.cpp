// Keras's Rescaling and Normalization layers in front of a network.
#include "loaders/keras/keras_input.h"

#include <cmath>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "engine/networks/image_network.h"
#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_file.h"
#include "tests/support/messages.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;
using nlohmann::json;

namespace {

const std::filesystem::path kModel = std::filesystem::path(DPAC_GOLDEN_DIR) / "networks" / "keras_forms.h5";

/// The layers' entries, each reading the one before, put between the golden model's input and what reads it.
std::string config_with(const std::vector<json>& added) {
  json model = json::parse(Hdf5File::open(kModel).string_attribute("", "model_config"));
  json& layers = model["config"]["layers"];
  std::string before = layers[0]["name"];
  const std::string input = before;
  std::size_t at = 1;
  for (const json& config : added) {
    json layer = config;
    layer["name"] = layer["config"]["name"] = "added_" + std::to_string(at);
    layer["inbound_nodes"] = json::array({json::array({json::array({before, 0, 0})})});
    before = layer["name"];
    layers.insert(layers.begin() + static_cast<long>(at++), layer);
  }
  for (std::size_t i = at; i < layers.size(); ++i) {
    std::string nodes = layers[i]["inbound_nodes"].dump();
    if (const auto found = nodes.find('"' + input + '"'); found != std::string::npos && !added.empty()) {
      nodes.replace(found + 1, input.size(), before);
      layers[i]["inbound_nodes"] = json::parse(nodes);
    }
  }
  return model.dump();
}

void put_statistics(hid_t file, const std::string& layer) {
  const std::string group = "model_weights/" + layer + "/" + layer + "/";
  const std::vector<float> mean = {10, 20, 30}, variance = {4, 16, 64};
  put_dataset(file, (group + "mean:0").c_str(), H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {3}, mean.data());
  put_dataset(file, (group + "variance:0").c_str(), H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {3}, variance.data());
  const int64_t count = 100;
  put_dataset(file, (group + "count:0").c_str(), H5T_STD_I64LE, H5T_NATIVE_INT64, {}, &count);
}

Checkpoint with_layers(const std::vector<json>& added) {
  const TempFolder folder;
  const auto path = folder.copy(kModel, "x.h5");
  const std::string config = config_with(added);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Adelete(file, "model_config");
  put_fixed_attribute(file, "/", "model_config", config.c_str());
  H5Fclose(file);
  return open_checkpoint(path);
}

json rescaling(const json& scale, const json& offset) {
  return {{"class_name", "Rescaling"}, {"config", {{"scale", scale}, {"offset", offset}}}};
}

json normalization(const json& mean, const json& variance) {
  return {{"class_name", "Normalization"},
          {"config", {{"mean", mean}, {"variance", variance}, {"invert", false}}}};
}

/// y of a pixel in a channel.
double applied(const PreprocessingTraits& traits, double pixel, std::size_t channel) {
  const auto at = [&](const std::vector<float>& list) {
    return double{list[list.size() == 1 ? 0 : channel]};
  };
  return (pixel * *traits.value_scale - at(traits.mean)) / at(traits.std);
}

}  // namespace

TEST_CASE("layers in any order make one scale, mean and deviation") {
  KerasInput pixels;
  pixels.rescale(1.0 / 127.5, -1);
  pixels.normalise({0.1, 0.2, 0.3}, {0.25, 1, 4});
  pixels.rescale(2, 0.5);
  const PreprocessingTraits traits = pixels.traits("x");
  for (const double pixel : {0.0, 100.0, 255.0}) {
    for (std::size_t c = 0; c < 3; ++c) {
      const double mean[] = {0.1, 0.2, 0.3}, deviation[] = {0.5, 1, 2};
      const double expected = 2 * ((pixel / 127.5 - 1 - mean[c]) / deviation[c]) + 0.5;
      CHECK(applied(traits, pixel, c) == doctest::Approx(expected).epsilon(1e-5));
    }
  }
  KerasInput bad;
  bad.normalise({0}, {-1});
  CHECK(message_of([&] { (void)bad.traits("x.h5"); }) ==
        "x.h5: its Rescaling and Normalization layers do not make finite numbers");
}

TEST_CASE("a model's Rescaling and Normalization are its preprocessing") {
  CHECK(with_layers({}).traits.preprocessing == PreprocessingTraits{});
  CHECK(with_layers({rescaling(1.0 / 255, 0)}).traits.preprocessing ==
        PreprocessingTraits{.value_scale = 1.0 / 255, .mean = {0}, .std = {1}});
  CHECK(with_layers({rescaling(1.0 / 127.5, -1)}).traits.preprocessing ==
        PreprocessingTraits{.value_scale = 1.0 / 127.5, .mean = {1}, .std = {1}});
  const auto both =
      with_layers({rescaling(0.5, 0), normalization({1, 2, 3}, {4, 4, 16})}).traits.preprocessing;
  CHECK(both == PreprocessingTraits{.value_scale = 0.5, .mean = {1, 2, 3}, .std = {2, 2, 4}});
}

TEST_CASE("a scale for each channel is preprocessing too") {
  const auto traits = with_layers({rescaling({0.5, 0.25, 1}, {1, 0, -3})}).traits.preprocessing;
  const double scale[] = {0.5, 0.25, 1}, offset[] = {1, 0, -3};
  for (const double pixel : {0.0, 100.0, 255.0}) {
    for (std::size_t c = 0; c < 3; ++c)
      CHECK(applied(traits, pixel, c) == doctest::Approx(scale[c] * pixel + offset[c]).epsilon(1e-5));
  }
}

TEST_CASE("preprocessing layers that cannot be expressed stay in the graph, or are refused by name") {
  const Checkpoint negative = with_layers({rescaling(-1, 0), rescaling(2, 0)});
  CHECK(negative.traits.preprocessing == PreprocessingTraits{.value_scale = 1.0, .mean = {0}, .std = {1}});
  const auto refusal = [](const json& layer) {
    return message_of([&] { (void)build_image_network(with_layers({layer})); });
  };
  CHECK(contains(refusal(rescaling(json::array({1, 2}), 0)),
                 "layer 'added_1' (Rescaling) has 2 values of scale, expected 1, or 3 for the channels"));
  CHECK(contains(refusal(rescaling("x", 0)),
                 "layer 'added_1' (Rescaling) has something else than numbers as its 'scale'"));
  CHECK(contains(refusal(normalization(json::array({1, 2}), 1)),
                 "layer 'added_1' (Normalization) has 2 values of mean, expected 1, or 3 for the channels"));
  CHECK(contains(refusal(normalization(nullptr, nullptr)),
                 "layer 'added_1' (Normalization) has no weights in the file"));
  json inverted = normalization(1, 1);
  inverted["config"]["invert"] = true;
  CHECK(contains(refusal(inverted), "(Normalization) is inverted"));
}

TEST_CASE("a Normalization that was adapted has its numbers among the weights") {
  const TempFolder folder;
  const auto path = folder.copy(kModel, "x.h5");
  const std::string config = config_with({normalization(nullptr, nullptr)});
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Adelete(file, "model_config");
  put_fixed_attribute(file, "/", "model_config", config.c_str());
  put_statistics(file, "added_1");
  put_fixed_list(file, "/model_weights/added_1", "weight_names",
                 {"added_1/mean:0", "added_1/variance:0", "added_1/count:0"});
  std::vector<std::string> layers = Hdf5File::open(kModel).strings_attribute("model_weights", "layer_names");
  layers.insert(layers.begin() + 1, "added_1");
  put_fixed_list(file, "/model_weights", "layer_names", layers);
  H5Fclose(file);
  CHECK(open_checkpoint(path).traits.preprocessing ==
        PreprocessingTraits{.value_scale = 1.0, .mean = {10, 20, 30}, .std = {2, 4, 8}});
}
