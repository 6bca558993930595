#include "engine/networks/resnet.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "engine/noise/analog.h"
#include "kernels/error.h"
#include "tests/support/networks.h"

using namespace dpac;
using test::random_resnet;
using test::RandomResNet;

namespace {

RandomResNet resnet50() {
  RandomResNet net;
  net.blocks = {3, 4, 6, 3};
  net.width = 64;
  net.bottleneck = true;
  net.stem_kernel = 7;
  net.classes = 1000;
  return net;
}

/// A copy of the checkpoint's weights with one entry dropped or replaced.
Checkpoint with_entry(const Checkpoint& from, const std::string& name, std::optional<Shape> shape) {
  Checkpoint to{.path = from.path, .format = {}, .weights = {}, .traits = from.traits};
  for (const auto& [key, entry] : from.weights.entries()) {
    if (key == name) continue;
    to.weights.add(key, Tensor(entry.tensor.shape(), entry.tensor.values()), "datasets/" + key);
  }
  if (!shape) return to;
  Tensor tensor(*shape);
  std::fill(tensor.values().begin(), tensor.values().end(), 1.0f);
  to.weights.add(name, std::move(tensor), "datasets/" + name);
  return to;
}

const Node& node(const Graph& graph, const std::string& name) {
  const auto it =
      std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const Node& n) { return n.name == name; });
  REQUIRE(it != graph.nodes.end());
  return *it;
}

int stride_of(const Graph& graph, const std::string& name) {
  return std::get<ConvolutionOp>(node(graph, name).op).geometry.stride.h;
}

}  // namespace

TEST_CASE("ResNet50 is recognised: layers, MACs, parameters, strides") {
  Checkpoint checkpoint = random_resnet(resnet50());
  const Graph v15 = build_resnet(checkpoint);
  const auto layers = analog_layers(v15);
  CHECK(v15.architecture == "ResNet50 v1.5");
  CHECK(v15.parameters == 25557032 + 53120);  // torchvision's count plus the 2 x 26,560 running statistics.
  CHECK(layers.size() == 54);
  CHECK(total_macs(layers) == 4089184256);
  CHECK(layers.front().name == "conv1");
  CHECK(layers.front().dot_length == 147);
  CHECK(layers.front().outputs == 64 * 112 * 112);
  CHECK(layers.back().name == "fc");
  CHECK(layers.back().op == "linear");
  CHECK(layers.back().macs == 2048000);
  CHECK(stride_of(v15, "layer2.0.conv1") == 1);
  CHECK(stride_of(v15, "layer2.0.conv2") == 2);
  CHECK(stride_of(v15, "layer2.0.downsample.0") == 2);
  CHECK(stride_of(v15, "layer1.0.downsample.0") == 1);

  checkpoint.traits.stride_in_first_conv = true;
  const Graph v1 = build_resnet(checkpoint);
  CHECK(v1.architecture == "ResNet50 v1");
  CHECK(stride_of(v1, "layer2.0.conv1") == 2);
  CHECK(stride_of(v1, "layer2.0.conv2") == 1);
}

TEST_CASE("depth, width, stem and shortcut are inferred") {
  RandomResNet net;
  net.blocks = {9, 9, 9};
  net.projection = false;
  const Graph graph = build_resnet(random_resnet(net));
  CHECK(graph.architecture == "ResNet56");
  CHECK(input_shape(graph) == MapShape{3, 32, 32});
  CHECK(std::holds_alternative<SubsampleOp>(node(graph, "layer2.0.shortcut").op));
  CHECK(std::get<SubsampleOp>(node(graph, "layer2.0.shortcut").op).channels_before == 8);
  CHECK(node(graph, "layer2.0.add").inputs.size() == 2);
  CHECK(derive_values(build_resnet(random_resnet(net), {.input_size = Shape{64, 48}})).back().shape ==
        MapShape{10, 1, 1});
}

TEST_CASE("SAME padding is asymmetric where the size is even") {
  RandomResNet net;
  net.blocks = {1, 1};
  Checkpoint checkpoint = random_resnet(net);
  checkpoint.traits.padding = Padding::same;
  const Geometry even =
      std::get<ConvolutionOp>(
          node(build_resnet(checkpoint, {.input_size = Shape{16, 16}}), "layer2.0.conv1").op)
          .geometry;
  CHECK(even.pad_top == 0);
  CHECK(even.pad_bottom == 1);
  const Geometry odd = std::get<ConvolutionOp>(
                           node(build_resnet(checkpoint, {.input_size = Shape{17, 17}}), "layer2.0.conv1").op)
                           .geometry;
  CHECK(odd.pad_top == 1);
  CHECK(odd.pad_bottom == 1);
}

TEST_CASE("missing, extra and mis-shaped weights come out in one error") {
  Checkpoint bad = with_entry(random_resnet({}), "layer1.0.bn1.running_var", std::nullopt);
  bad = with_entry(bad, "layer2.0.conv2.weight", Shape{32, 31, 3, 3});
  bad = with_entry(bad, "layer2.0.conv1.weight", std::nullopt);
  bad = with_entry(bad, "head.weight", Shape{2, 2});
  const auto contains = [](const char* text) { return doctest::Contains(text); };
  CHECK_THROWS_WITH_AS(build_resnet(bad),
                       contains("random.h5: the weights do not make up a ResNet (4 problems)"), Error);
  CHECK_THROWS_WITH_AS(build_resnet(bad), contains("missing 'layer1.0.bn1.running_var' of shape [16]"),
                       Error);
  CHECK_THROWS_WITH_AS(build_resnet(bad),
                       contains("missing 'layer2.0.conv1.weight' of shape [any, 16, any, any]"), Error);
  CHECK_THROWS_WITH_AS(
      build_resnet(bad),
      contains("dataset 'datasets/layer2.0.conv2.weight' ('layer2.0.conv2.weight') has shape "
               "[32, 31, 3, 3], expected [any, 32, any, any]"),
      Error);
  CHECK_THROWS_WITH_AS(build_resnet(bad), contains("extra dataset 'datasets/head.weight'"), Error);
}

TEST_CASE("what is no ResNet is refused") {
  Checkpoint bert{.path = "bert.h5", .format = "PyTorch state_dict in HDF5", .weights = {}, .traits = {}};
  bert.weights.add("encoder.layer.0.attention.self.query.weight", Tensor(Shape{2, 2}), "x");
  CHECK_THROWS_WITH_AS(build_resnet(bert), doctest::Contains("bert.h5: no ResNet in this file"), Error);
  CHECK_THROWS_WITH_AS(
      build_resnet(with_entry(random_resnet({}), "conv1.weight", Shape{16, 4, 3, 3})),
      doctest::Contains("'conv1.weight' has shape [16, 4, 3, 3], expected [out, 1 or 3, kernel, kernel]"),
      Error);
  CHECK_THROWS_WITH_AS(
      build_resnet(with_entry(random_resnet({}), "layer1.0.conv1.weight", Shape{16, 16, 3, 5})),
      doctest::Contains("expected a square kernel of odd size"), Error);
  CHECK_THROWS_WITH_AS(
      build_resnet(with_entry(random_resnet({}), "layer1.0.conv1.weight", Shape{16, 8, 3, 3})),
      doctest::Contains("has shape [16, 8, 3, 3], expected [any, 16, any, any]"), Error);
  Checkpoint negative = random_resnet({});
  Checkpoint bad = with_entry(negative, "bn1.running_var", std::nullopt);
  Tensor variance(Shape{16});
  std::fill(variance.values().begin(), variance.values().end(), -1.0f);
  bad.weights.add("bn1.running_var", std::move(variance), "bn1/running_var");
  CHECK_THROWS_WITH_AS(build_resnet(bad),
                       doctest::Contains("'bn1.running_var' holds the negative variance -1"), Error);
}

TEST_CASE("a checkpoint that is given away lends its memory, and the network is the same") {
  Checkpoint checkpoint = random_resnet({});
  const Graph copied = build_resnet(checkpoint);
  const float* const memory = checkpoint.weights.find("layer1.0.conv1.weight")->values().data();
  const Graph moved = build_resnet(std::move(checkpoint));
  CHECK(checkpoint.weights.find("layer1.0.conv1.weight")->values().empty());
  CHECK(checkpoint.weights.find("layer1.0.conv1.weight")->rank() == 4);
  CHECK(std::get<ConvolutionOp>(node(moved, "layer1.0.conv1").op).weights->values().data() == memory);
  REQUIRE(moved.nodes.size() == copied.nodes.size());
  CHECK(moved.parameters == copied.parameters);
  for (const Node& other : copied.nodes) {
    const auto* convolution = std::get_if<ConvolutionOp>(&other.op);
    if (convolution == nullptr) continue;
    const auto& own = std::get<ConvolutionOp>(node(moved, other.name).op);
    CHECK(std::ranges::equal(own.weights->values(), convolution->weights->values()));
    CHECK(own.bias == convolution->bias);
  }
}
