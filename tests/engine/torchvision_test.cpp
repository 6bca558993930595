// torchvision's networks against PyTorch in float64: tests/golden/make_torchvision_outputs.py documents every
// dataset. Weights and images are made here, by the same hash as there.
#include "engine/networks/torchvision/torchvision.h"

#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>

#include "engine/networks/image_network.h"
#include "kernels/split_mix.h"
#include "loaders/hdf5/hdf5_file.h"
#include "tests/support/messages.h"
#include "tests/support/network_runs.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr uint64_t kHashSeed = 2'102'06'365;  // As in tests/golden/hashed_weights.py.
constexpr uint32_t kImages = 1'000'000;
constexpr int64_t kCount = 2;

void fill(uint32_t number, double low, double high, std::span<float> values) {
  SplitMix64 random(seed_of(kHashSeed, number));
  for (float& v : values) v = static_cast<float>(random.uniform(low, high));
}

std::pair<double, double> interval(const std::string& name, const Shape& shape) {
  if (shape.size() > 1) {
    const double scale = std::sqrt(6 / static_cast<double>(element_count(shape) / shape[0]));
    return {-scale, scale};
  }
  if (name.ends_with("running_var")) return {0.5, 1.5};
  return name.ends_with("weight") ? std::pair{0.7, 1.3} : std::pair{-0.2, 0.2};
}

struct Golden {
  explicit Golden(const std::string& name) : name_(name) {}

  [[nodiscard]] Checkpoint checkpoint() const {
    Checkpoint made;
    made.path = name_;
    const std::vector<int64_t> sizes = file.read_integers(name_ + "/sizes"),
                               ranks = file.read_integers(name_ + "/ranks");
    auto size = sizes.begin();
    uint32_t number = 0;
    for (const std::string& weight : file.strings_attribute(name_, "names")) {
      const Shape shape(size, size + ranks[number]);
      size += ranks[number];
      Tensor tensor(shape);
      const auto [low, high] = interval(weight, shape);
      fill(number++, low, high, tensor.values());
      made.weights.add(weight, std::move(tensor), weight);
    }
    return made;
  }

  [[nodiscard]] Shape image() const { return file.read_integers(name_ + "/image"); }

  [[nodiscard]] std::vector<float> images() const {
    const auto size = static_cast<std::size_t>(3 * image()[0] * image()[1]);
    std::vector<float> all(size * kCount);
    for (uint32_t i = 0; i < kCount; ++i) fill(kImages + i, -2, 2, std::span(all).subspan(i * size, size));
    return all;
  }

  [[nodiscard]] std::vector<double> logits() const {
    const Tensor stored = file.read_floats(name_ + "/logits");
    return {stored.values().begin(), stored.values().end()};
  }

  Hdf5File file =
      Hdf5File::open(std::filesystem::path(DPAC_GOLDEN_DIR) / "networks" / "torchvision_outputs.h5");
  std::string name_;
};

}  // namespace

TEST_CASE("torchvision's networks give PyTorch's logits") {
  for (const std::string name : {"mobilenet_v2", "shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "googlenet",
                                 "inception_v3", "resnext50_32x4d"}) {
    CAPTURE(name);
    const Golden golden(name);
    const Graph graph = build_image_network(golden.checkpoint(), {.input_size = golden.image()});
    for (const int64_t batch : {1, 2}) {
      Network network(graph, {.batch = batch, .threads = 2});
      const std::vector<float> found = run(network, golden.images(), indices(kCount));
      CHECK(relative_error(golden.logits(), found.data()) < 1e-4);
    }
  }
}

TEST_CASE("a network that lacks a weight, or has one too many, is refused by its name") {
  const Golden golden("shufflenet_v2_x0_5");
  Checkpoint extra = golden.checkpoint();
  extra.weights.add("fc2.weight", Tensor({2, 3}), "fc2.weight");
  CHECK(contains(message_of([&] { (void)build_image_network(extra); }),
                 "the weights do not make up a ShuffleNetV2 (1 problem): extra dataset 'fc2.weight'"));
  Checkpoint lacks;
  const Checkpoint whole = golden.checkpoint();
  for (const auto& [name, entry] : whole.weights.entries()) {
    if (name == "fc.bias") continue;
    lacks.weights.add(name, Tensor(entry.tensor.shape(), entry.tensor.values()), name);
  }
  CHECK(contains(message_of([&] { (void)build_image_network(lacks); }), "missing 'fc.bias' of shape [10]"));
}

TEST_CASE("an image too small for a network is refused by the layer that it does not fit") {
  const Golden golden("inception_v3");
  CHECK(contains(message_of([&] {
                   (void)build_image_network(golden.checkpoint(), {.input_size = Shape{40, 40}});
                 }),
                 "an input of 40x40 pixels does not fit the network: '"));
}

TEST_CASE("options of ResNets are refused for other networks, and what was assumed is said") {
  const Golden golden("mobilenet_v2");
  CHECK(contains(message_of([&] { (void)build_image_network(golden.checkpoint(), {.no_head = true}); }),
                 "is for ResNets; this is a MobileNetV2"));
  const Graph graph = build_image_network(golden.checkpoint());
  CHECK(input_shape(graph) == MapShape{3, 224, 224});
  CHECK(graph.assumed ==
        std::vector<std::string>{"the stride is 2 in the stem and in blocks 2, 4, 7, 14",
                                 "the input is 224x224 pixels, as torchvision's own MobileNetV2 takes",
                                 "BatchNorm's epsilon is 1e-05, as torchvision's MobileNetV2 has it"});
}
