// Where torchvision's networks lie in a weight file, and what else is in there.
#include <algorithm>

#include <doctest/doctest.h>

#include "engine/networks/image_network.h"
#include "loaders/checkpoint.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"
#include "tests/support/torch_checkpoints.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Rename = std::function<std::string(const std::string&)>;

Checkpoint opened(const Checkpoint& checkpoint, const Rename& rename) {
  const TempFolder folder;
  return open_checkpoint(folder.write("x.safetensors", safetensors_of(checkpoint, rename)));
}

std::vector<std::string> operations(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.name);
  return names;
}

std::string left_out(const Checkpoint& checkpoint) {
  std::string all;
  for (const LeftOut& part : checkpoint.left_out) all += part.what + ": " + std::to_string(part.count) + "; ";
  return all;
}

}  // namespace

TEST_CASE("a MobileNetV2 is found under any prefix, and sums where shapes and strides allow it") {
  for (const std::string prefix : {"", "module.", "model.backbone."}) {
    CAPTURE(prefix);
    const Checkpoint found =
        opened(small_mobilenet(), [&](const std::string& name) { return prefix + name; });
    const Graph graph = build_image_network(found, {.input_size = Shape{32, 32}});
    CHECK(graph.architecture == "MobileNetV2");
    CHECK(output_channels(graph) == 5);
    const std::vector<std::string> names = operations(graph);
    CHECK(std::count(names.begin(), names.end(), "features.3") == 1);  // The sum.
    CHECK(std::count(names.begin(), names.end(), "features.2") == 0);  // Of stride 2.
    const auto& depthwise =
        std::get<ConvolutionOp>(std::find_if(graph.nodes.begin(), graph.nodes.end(), [](const Node& n) {
                                  return n.name == "features.2.conv.1.0";
                                })->op);
    CHECK(depthwise.groups == 12);
    CHECK(depthwise.geometry.stride == 2);
  }
}

TEST_CASE("what stands beside a network of torchvision's is left out with a word") {
  Checkpoint checkpoint = small_mobilenet();
  checkpoint.weights.add("teacher.weight", Tensor({2, 2}, std::vector<float>(4, 1.0f)), "teacher.weight");
  const Checkpoint found = opened(checkpoint, [](const std::string& name) {
    return name.starts_with("teacher") ? name : "student." + name;
  });
  CHECK(contains(left_out(found), "tensors beside the network: 1"));
  CHECK(build_image_network(found).architecture == "MobileNetV2");
}

TEST_CASE("auxiliary classifiers are left out with a word") {
  TorchCheckpoint net;
  net.add("inception3a.branch1.conv.weight", {4, 4, 1, 1});
  net.add("inception3a.branch2.0.conv.weight", {4, 4, 1, 1});
  net.add("aux1.fc1.weight", {4, 4});
  net.add("aux2.fc1.weight", {4, 4});
  const std::string message = message_of([&] { (void)opened(net.checkpoint, same); });
  CHECK(contains(message, "the weights do not make up a GoogLeNet (1 problem): missing 'conv1.conv.weight'"));
  CHECK(contains(message,
                 "left out were 2 auxiliary classifiers, which only training needs (aux1.fc1.weight, "
                 "aux2.fc1.weight)"));
}
