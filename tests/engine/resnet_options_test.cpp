// What a ResNet's file does not say: options, and what is assumed without them.
#include <algorithm>

#include <doctest/doctest.h>

#include "engine/network.h"
#include "engine/networks/resnet.h"
#include "kernels/error.h"
#include "tests/support/messages.h"
#include "tests/support/network_runs.h"
#include "tests/support/networks.h"
#include "tests/support/oracle.h"

using namespace dpac;
using namespace dpac::test;

namespace {

Checkpoint bottlenecks(int stem_kernel = 3) {
  RandomResNet net;
  net.bottleneck = true;
  net.stem_kernel = stem_kernel;
  return random_resnet(net);
}

std::string refusal(const Checkpoint& checkpoint, const ResNetOptions& options) {
  return message_of([&] { (void)build_resnet(checkpoint, options); });
}

int stride_of(const Graph& graph, const std::string& name) {
  const auto node = std::ranges::find(graph.nodes, name, &Node::name);
  REQUIRE(node != graph.nodes.end());
  return std::get<ConvolutionOp>(node->op).geometry.stride.h;
}

bool assumes(const Graph& graph, const std::string& part) {
  return std::ranges::any_of(graph.assumed, [&](const std::string& each) { return contains(each, part); });
}

}  // namespace

TEST_CASE("where a bottleneck's stride is can be given") {
  const Graph caffe = build_resnet(bottlenecks(), {.stride_in_first_conv = true});
  CHECK(caffe.architecture == "ResNet8 v1");
  CHECK(stride_of(caffe, "layer2.0.conv1") == 2);
  CHECK(stride_of(caffe, "layer2.0.conv2") == 1);
  const Graph torchvision = build_resnet(bottlenecks(), {.stride_in_first_conv = false});
  CHECK(torchvision.architecture == "ResNet8 v1.5");
  CHECK(stride_of(torchvision, "layer2.0.conv2") == 2);
  CHECK_FALSE(assumes(torchvision, "3x3 convolution"));
}

TEST_CASE("a stride that contradicts the file or acts on nothing is refused") {
  Checkpoint keras = bottlenecks();
  keras.traits.stride_in_first_conv = true;
  CHECK(build_resnet(keras, {.stride_in_first_conv = true}).architecture == "ResNet8 v1");
  CHECK(contains(refusal(keras, {.stride_in_first_conv = false}),
                 "random.h5: the file says that a block's stride is in its first 1x1 convolution, another "
                 "one was given"));
  CHECK(contains(refusal(random_resnet({}), {.stride_in_first_conv = true}),
                 "(--stride-in), but there are no such blocks"));
}

TEST_CASE("without its head a network gives the averages of its last maps, with noise too") {
  const Checkpoint checkpoint = random_resnet({});
  const ResNetOptions options{.input_size = Shape{16, 16}, .no_head = true};
  const Graph graph = build_resnet(checkpoint, options);
  CHECK(output_channels(graph) == 32);
  const auto images = images_for(graph, 1);
  const auto samples = indices(1);
  Network clean(build_resnet(checkpoint, options), {.batch = 1, .threads = 1});
  const auto features = run(clean, images, samples);
  CHECK(relative_error(run_oracle(graph, images).logits, features.data()) < 2e-5);
  Network noisy(build_resnet(checkpoint, options), {.batch = 1, .threads = 1, .noise = NoiseKind::shot});
  const Energies energies = varied_energies(noisy.layers());
  noisy.set_noise({NoiseKind::shot, energies, kSeed});
  const auto reference = run_oracle(
      graph, images,
      {.noise = {NoiseKind::shot, energies, kSeed},
       .xi = [](int l, int64_t ch, int64_t p, int64_t pixels, int) { return xi(l, 0, ch, p, pixels); }});
  CHECK(relative_error(reference.logits, run(noisy, images, samples).data()) < 2e-5);
}

TEST_CASE("what is assumed is said, and what is known is not") {
  const Graph cifar = build_resnet(bottlenecks());
  CHECK(cifar.assumed.size() == 5);
  CHECK(assumes(cifar, "the input is 32x32 pixels, as usual under a 3x3 stem"));
  CHECK(assumes(cifar, "the stem has stride 1 and no pool behind it"));
  CHECK(assumes(cifar, "the stride is 2 in the first block of each stage but the first (layer2.0)"));
  CHECK(assumes(cifar, "a block's stride is in its 3x3 convolution, as torchvision has it; --stride-in 1x1"));
  CHECK(assumes(cifar, "BatchNorm's epsilon is 1e-05, PyTorch's default"));
  CHECK(assumes(build_resnet(bottlenecks(7)), "the input is 224x224 pixels, as usual under a 7x7 stem"));
  CHECK(assumes(build_resnet(bottlenecks(7)),
                "the stem has stride 2 and a 3x3 max pool of stride 2 behind it"));
  CHECK_FALSE(assumes(build_resnet(random_resnet({})), "3x3 convolution"));
  Checkpoint known = bottlenecks();
  known.assumed = {"the loader chose"};
  known.traits.batchnorm_epsilon = 1e-3;
  known.traits.stride_in_first_conv = true;
  known.traits.stem_stride = 1;
  known.traits.stem_pool = false;
  known.traits.block_strides = {1, 2};
  known.traits.input_size = Shape{16, 16};
  const Graph graph = build_resnet(known);
  CHECK(graph.assumed == std::vector<std::string>{"the loader chose"});
  CHECK(graph.assumed == graph.assumed);
}

TEST_CASE("grouped convolutions of bottlenecks are those of a ResNeXt") {
  Checkpoint grouped{.path = "x.pth", .format = {}, .weights = {}, .traits = {}};
  const Checkpoint plain = bottlenecks();
  for (const auto& [name, entry] : plain.weights.entries()) {
    Shape shape = entry.tensor.shape();
    if (name.ends_with("conv2.weight")) shape[1] /= 4;
    const auto count = static_cast<std::size_t>(element_count(shape));
    grouped.weights.add(name, Tensor(shape, entry.tensor.values().first(count)), name);
  }
  const Graph graph = build_resnet(grouped);
  CHECK(graph.architecture.starts_with("ResNeXt"));
  for (const Node& node : graph.nodes) {
    const auto* convolution = std::get_if<ConvolutionOp>(&node.op);
    if (convolution != nullptr) CHECK(convolution->groups == (node.name.ends_with("conv2") ? 4 : 1));
  }
}
