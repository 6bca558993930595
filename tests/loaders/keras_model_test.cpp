// Keras models against Keras: tests/golden/make_keras.py documents every file. And what is refused.
#include <algorithm>
#include <filesystem>
#include <functional>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "engine/network.h"
#include "engine/networks/image_network.h"
#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_file.h"
#include "tests/support/messages.h"
#include "tests/support/network_runs.h"
#include "tests/support/oracle.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(DPAC_GOLDEN_DIR) / "keras";

Graph graph_of(const fs::path& file) {
  return build_image_network(open_checkpoint(file));
}

/// Pixels [n, 3, H, W] as a model's own layers in front of its graph prepare them.
std::vector<float> prepared(const Tensor& images, const PreprocessingTraits& traits) {
  std::vector<float> values(images.values().begin(), images.values().end());
  const auto plane = static_cast<std::size_t>(images.dim(2) * images.dim(3));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t channel = i / plane % 3;
    const auto at = [&](const std::vector<float>& list) { return list[list.size() == 1 ? 0 : channel]; };
    values[i] = (values[i] * static_cast<float>(*traits.value_scale) - at(traits.mean)) / at(traits.std);
  }
  return values;
}

template <class Op>
int count_of(const Graph& graph) {
  int count = 0;
  for (const Node& node : graph.nodes) count += std::holds_alternative<Op>(node.op);
  return count;
}

json config_of(const std::string& name) {
  return json::parse(Hdf5File::open(kFolder / name).string_attribute("", "model_config"));
}

json& layer(json& model, const std::string& type, int which = 0) {
  for (json& each : model["config"]["layers"]) {
    if (each["class_name"] == type && which-- == 0) return each;
  }
  FAIL("no layer " << type);
  return model;
}

/// A golden model after a change to its configuration.
fs::path changed(const TempFolder& folder, const std::string& name,
                 const std::function<void(json&)>& change) {
  const auto path = folder.copy(kFolder / name, "x.h5");
  json model = config_of(name);
  change(model);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Adelete(file, "model_config");
  put_fixed_attribute(file, "/", "model_config", model.dump().c_str());
  H5Fclose(file);
  return path;
}

/// What becomes of it.
std::string message_with(const std::string& name, const std::function<void(json&)>& change) {
  const TempFolder folder;
  const fs::path path = changed(folder, name, change);
  const std::string message = message_of([&] { (void)graph_of(path); });
  if (message != "no error") CHECK(message.starts_with(path.string() + ": "));
  return message;
}

std::string after(const std::string& type, const std::string& key, const json& value, int which = 0) {
  return message_with("mobile_2.h5", [&](json& model) { layer(model, type, which)["config"][key] = value; });
}

}  // namespace

TEST_CASE("Keras models of versions 2 and 3, in HDF5 and archives, give Keras's logits") {
  const Hdf5File expected = Hdf5File::open(kFolder / "outputs.h5");
  for (const std::string name : {"mobile_2", "mobile_3", "vgg_2", "vgg_3", "nested_2", "nested_3"}) {
    for (const std::string ending : {".h5", ".keras"}) {
      CAPTURE(name + ending);
      const Checkpoint checkpoint = open_checkpoint(kFolder / (name + ending));
      CHECK(checkpoint.format == (ending == ".h5" ? "Keras model (HDF5)" : "Keras archive"));
      Network network(build_image_network(checkpoint), {.batch = 2});
      const auto images = prepared(expected.read_floats(name + "/image"), checkpoint.traits.preprocessing);
      const Tensor logits = expected.read_floats(name + "/logits");
      const std::vector<float> found = run(network, images, indices(2));
      CHECK(relative_error({logits.values().begin(), logits.values().end()}, found.data()) < 1e-5);
    }
  }
}

TEST_CASE("what a Keras model says becomes the graph that says the same") {
  const Graph mobile = graph_of(kFolder / "mobile_3.keras"), vgg = graph_of(kFolder / "vgg_3.keras"),
              nested = graph_of(kFolder / "nested_3.keras");
  CHECK(count_of<ChannelAffineOp>(mobile) == 0);  // BatchNorm is in the convolutions.
  CHECK(count_of<ConvolutionOp>(mobile) == 8);
  CHECK(count_of<MultiplyOp>(mobile) == 1);
  CHECK(count_of<LinearOp>(mobile) == 1);
  CHECK(contains(mobile.assumed.at(0), "the softmax of 'dense' is left out"));
  CHECK(count_of<ConvolutionOp>(vgg) == 3);  // The first dense layer sees a whole map.
  CHECK(count_of<LinearOp>(vgg) == 1);
  CHECK(count_of<ChannelAffineOp>(nested) == 2);  // A factor behind a ReLU, and an average.
  const auto has = [&](const std::string& name) {
    return std::ranges::any_of(nested.nodes, [&](const Node& node) { return node.name == name; });
  };
  CHECK(has("block.conv"));
  CHECK(has("block.inner.inner_conv"));
  CHECK(nested.assumed.empty());
}

TEST_CASE("UpSampling2D copies pixels, or counts from their centres") {
  const auto resized = [](const std::string& interpolation) {
    const TempFolder folder;
    const fs::path path = changed(folder, "mobile_2.h5", [&](json& model) {
      json& dropout = layer(model, "SpatialDropout2D");
      dropout["class_name"] = "UpSampling2D";
      dropout["config"]["size"] = {2, 3};
      dropout["config"]["interpolation"] = interpolation;
    });
    const Graph graph = graph_of(path);
    for (const Node& node : graph.nodes) {
      if (const auto* op = std::get_if<ResizeOp>(&node.op)) return *op;
    }
    throw Error("has no ResizeOp");
  };
  const ResizeOp nearest = resized("nearest"), bilinear = resized("bilinear");
  CHECK(nearest.between == ResizeOp::Between::floor);
  CHECK(bilinear.between == ResizeOp::Between::linear);
  for (const ResizeOp& op : {nearest, bilinear}) {
    CHECK(op.rows.size == 2 * 4);
    CHECK(op.columns.size == 3 * 4);
    CHECK(op.rows.scale == 2);
    CHECK(op.columns.scale == 3);
  }
  CHECK(nearest.rows.position(3) == 1.5);
  CHECK(bilinear.rows.position(3) == 1.25);
  CHECK(bilinear.columns.position(0) == doctest::Approx(-1.0 / 3));
  CHECK(contains(message_of([&] { (void)resized("bicubic"); }),
                 "(UpSampling2D) has the interpolation 'bicubic', expected nearest or bilinear"));
}

TEST_CASE("preprocessing in front of a Keras model is no part of its graph") {
  const auto traits = [](const std::string& name) { return open_checkpoint(kFolder / name).traits; };
  CHECK(traits("mobile_2.h5").preprocessing ==
        PreprocessingTraits{.value_scale = 1 / 127.5, .mean = {1}, .std = {1}});
  CHECK(traits("nested_2.keras").preprocessing ==
        PreprocessingTraits{.value_scale = 1 / 127.5, .mean = {1}, .std = {1}});
  CHECK(traits("vgg_3.h5").preprocessing.mean.size() == 3);
  CHECK(traits("vgg_3.h5").input_size == Shape{9, 12});
}

TEST_CASE("all layers that cannot be run are told at once, by name, class and reason") {
  const std::string message = message_with("mobile_2.h5", [](json& model) {
    layer(model, "ReLU")["class_name"] = "PReLU";
    layer(model, "Multiply")["class_name"] = "Dot";
    layer(model, "SeparableConv2D")["config"]["data_format"] = "channels_first";
  });
  CHECK(contains(message, ": 3 layers cannot be run: layer '"));
  CHECK(contains(message, " (PReLU) is of a class that cannot be run; layer '"));
  CHECK(contains(message, " (Dot) is of a class that cannot be run; layer '"));
  CHECK(contains(message, " (SeparableConv2D) has its channels first"));
  CHECK(contains(message_with("mobile_2.h5", [](json& m) { layer(m, "Add")["class_name"] = "Lambda"; }),
                 "(Lambda) is code, which is never run"));
  CHECK(contains(
      message_with("mobile_2.h5", [](json& m) { layer(m, "Conv2D")["registered_name"] = "Custom>Conv2D"; }),
      "(Conv2D) is of a class that is none of Keras's own"));
}

TEST_CASE("entries of a layer that cannot be run, or are of another kind, are refused by the layer") {
  CHECK(contains(after("Conv2D", "activation", "selu"), "(Conv2D) has the activation 'selu'"));
  CHECK(contains(after("Conv2D", "activation", json::object({{"class_name", "PReLU"}})),
                 "(Conv2D) has the activation {\"class_name\":\"PReLU\"}, which cannot be run"));
  CHECK(contains(after("Conv2D", "activation", "softmax"), "is a softmax over a map"));
  CHECK(contains(after("Conv2D", "padding", "causal"), "has the padding 'causal', expected valid or same"));
  CHECK(contains(after("Conv2D", "strides", {1 << 30, 1}), "has [1073741824,1] as its 'strides'"));
  CHECK(contains(after("Conv2D", "strides", {2, 2, 2}), "as its 'strides': only images can be run"));
  CHECK(contains(after("Conv2D", "strides", "2"), "has \"2\" as its 'strides'"));
  CHECK(contains(after("Conv2D", "kernel_size", {5, 5}), "has a kernel of shape [3, 3, 3, 6] in the file"));
  CHECK(contains(after("Conv2D", "groups", 1e30), "has 1e+30 as its 'groups', expected a whole number"));
  CHECK(contains(after("Conv2D", "use_bias", 3), "has 3 as its 'use_bias', expected true or false"));
  CHECK(contains(after("Conv2D", "use_bias", true), "has 1 arrays in the file, expected 2 (kernel, bias)"));
  CHECK(contains(after("BatchNormalization", "axis", 1), "normalises along another axis than the channels"));
  CHECK(contains(after("BatchNormalization", "epsilon", "x"), "has \"x\" as its 'epsilon'"));
  CHECK(contains(after("BatchNormalization", "epsilon", -1), "has a variance of -"));
  CHECK(contains(after("ReLU", "threshold", 1), "(ReLU) has a threshold"));
  CHECK(contains(after("ReLU", "negative_slope", 0.5), "has a largest value and a slope"));
  CHECK(contains(after("LeakyReLU", "alpha", nullptr), "no error"));
  CHECK(contains(after("Dense", "name", "elsewhere"), "no error"));
  CHECK(contains(after("InputLayer", "batch_input_shape", {nullptr, nullptr, nullptr, 3}),
                 "leaves the size of the images open; give it (--input-size)"));
  CHECK(contains(after("InputLayer", "batch_input_shape", {nullptr, 1 << 20, 4, 3}),
                 "expected sides of at most"));
  CHECK(contains(after("InputLayer", "batch_input_shape", {nullptr, 16}),
                 "expected [batch, height, width, channels]"));
  CHECK(contains(after("InputLayer", "batch_input_shape", {nullptr, 16, 16, 4}), "has 4 channels"));
}

TEST_CASE("a graph of Keras layers that cannot be is one sentence") {
  const auto references = [](json& model, const std::string& type, const std::string& to,
                             int application = 0) {
    layer(model, type)["inbound_nodes"] = json::array({json::array({json::array({to, application, 0})})});
  };
  const auto with = [](const std::function<void(json&)>& change) {
    return message_with("mobile_2.h5", change);
  };
  CHECK(contains(with([&](json& m) { references(m, "ReLU", layer(m, "Add")["name"]); }),
                 "' depends on itself"));
  CHECK(
      contains(with([&](json& m) { references(m, "ReLU", "nowhere"); }), "names an unknown layer 'nowhere'"));
  CHECK(contains(with([&](json& m) { references(m, "ReLU", layer(m, "Conv2D")["name"], 7); }),
                 "reads application 7 of layer '"));
  CHECK(contains(with([&](json& m) { layer(m, "ReLU").erase("inbound_nodes"); }),
                 "it reads application 0 of layer"));
  CHECK(
      contains(with([&](json& m) { layer(m, "ReLU")["inbound_nodes"] = "x"; }), "(ReLU) lacks its input 1"));
  CHECK(contains(with([&](json& m) { m["config"]["output_layers"] = json::array(); }), "has no output"));
  CHECK(
      contains(with([&](json& m) { m["config"].erase("layers"); }), "the model is a 'Functional', expected"));
  CHECK(contains(with([&](json& m) { m["config"]["layers"] = 5; }),
                 "attribute 'model_config': is malformed ("));
  CHECK(contains(with([&](json& m) { layer(m, "ReLU")["config"] = 5; }), "(ReLU) has no configuration"));
  CHECK(contains(with([&](json& m) { m["class_name"] = "Mine"; }),
                 "the model is a 'Mine', expected a Sequential"));
  CHECK(contains(with([&](json& m) { m["config"]["layers"].push_back(layer(m, "ReLU")); }),
                 "two layers are called '"));
  CHECK(
      contains(with([&](json& m) { m["config"]["input_layers"].push_back(m["config"]["input_layers"][0]); }),
               "has 2 inputs, expected 1"));
  CHECK(contains(with([&](json& m) {
                   json& nodes = layer(m, "DepthwiseConv2D")["inbound_nodes"];
                   nodes.push_back(nodes[0]);
                   layer(m, "SeparableConv2D")["inbound_nodes"][0][0][1] = 0;
                 }),
                 "has weights and is applied more than once"));
  CHECK(contains(with([&](json& m) {
                   for (int i = 0; i < 9; ++i) {
                     json inner = m;
                     inner["name"] = "inner";
                     m = {{"class_name", "Sequential"}, {"config", {{"layers", json::array({inner})}}}};
                   }
                 }),
                 "is nested deeper than 8 levels"));
}

TEST_CASE("probabilities and flat maps are not taken for something else") {
  const auto with = [](const std::function<void(json&)>& change) { return message_with("vgg_2.h5", change); };
  const auto insert = [](json& model, const std::string& before, const std::string& type,
                         const json& config) {
    json& layers = model["config"]["layers"];
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (layers[i]["class_name"] != before) continue;
      json added = config;
      added["name"] = "added";
      const json entry = {{"class_name", type}, {"config", added}};
      layers.insert(layers.begin() + static_cast<long>(i), entry);
      return;
    }
  };
  CHECK(contains(with([&](json& m) {
                   insert(m, "Flatten", "Cropping2D", {{"cropping", 2}});
                 }),
                 "(Cropping2D) cuts off all of a map"));
  CHECK(contains(with([&](json& m) {
                   insert(m, "Flatten", "ZeroPadding2D", {{"padding", -1}});
                 }),
                 "(ZeroPadding2D) has -1 as its 'padding'"));
  CHECK(contains(with([&](json& m) {
                   insert(m, "Dense", "Activation", {{"activation", "softmax"}});
                 }),
                 "(Activation) is a softmax over a map"));
  CHECK(contains(with([&](json& m) { layer(m, "Dense")["config"]["activation"] = "softmax"; }),
                 "(Dense) computes with what a softmax gives"));
  CHECK(contains(with([&](json& m) {
                   insert(m, "Flatten", "Reshape", {{"target_shape", {2, -1, 2}}});
                 }),
                 "(Reshape) reshapes ["));
  CHECK(contains(with([&](json& m) {
                   insert(m, "Flatten", "Permute", {{"dims", {3, 1, 2}}});
                 }),
                 "(Permute) permutes by [3, 1, 2]"));
  CHECK(contains(with([&](json& m) {
                   insert(m, "Dense", "BatchNormalization", {{"axis", -1}});
                 }),
                 "takes the channels of a map, but is given a map that was flattened"));
}

TEST_CASE("a Keras archive that is cut off, or lacks a part, is refused by its name") {
  const TempFolder folder;
  const auto whole = kFolder / "vgg_3.keras";
  const auto cut = folder.copy(whole, "x.keras");
  fs::resize_file(cut, fs::file_size(whole) / 2);
  CHECK(message_of([&] { (void)open_checkpoint(cut); }).starts_with(cut.string() + ": "));
}
