// What is missing, extra or mis-shaped is told before anything is read. That an array was not read shows by
// the NaN it holds, which reading would refuse.
#include <cmath>

#include <doctest/doctest.h>

#include "engine/networks/resnet.h"
#include "loaders/checkpoint.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/random_bert.h"
#include "tests/support/temp_folder.h"
#include "tests/support/torch_checkpoints.h"

using namespace dpac;
using namespace dpac::test;

namespace {

Tensor poison(const Shape& shape) {
  return Tensor(shape, std::vector<float>(static_cast<std::size_t>(element_count(shape)), NAN));
}

/// A copy with one more weight, or another of that name, that cannot be read.
Checkpoint poisoned(const Checkpoint& checkpoint, const std::string& name, const Shape& shape) {
  Checkpoint copy;
  for (const auto& [own, entry] : checkpoint.weights.entries()) {
    if (own != name) copy.weights.add(own, entry.tensor.copy(), own);
  }
  copy.weights.add(name, poison(shape), name);
  return copy;
}

Checkpoint opened(const Checkpoint& checkpoint) {
  const TempFolder folder;
  return open_checkpoint(folder.write("x.safetensors", safetensors_of(checkpoint, same)));
}

std::string message(const Checkpoint& checkpoint) {
  return message_of([&] { (void)opened(checkpoint); });
}

}  // namespace

TEST_CASE("an extra or mis-shaped tensor of each kind of network is refused before it is read") {
  struct Case {
    const char* what;
    Checkpoint checkpoint;
    std::string name;
    Shape shape;
    const char* expected;
  };
  Case cases[] = {
      {"ResNet, extra",
       small_resnet(),
       "layer1.0.conv9.weight",
       {2, 2},
       "a ResNet (1 problem): extra dataset"},
      {"ResNet, shape",
       small_resnet(),
       "layer1.0.bn1.bias",
       {5},
       "a ResNet (1 problem): dataset 'layer1.0.bn1.bias'"},
      {"MobileNetV2, extra",
       small_mobilenet(),
       "extra.weight",
       {2},
       "a MobileNetV2 (1 problem): extra dataset"},
      {"MobileNetV2, shape",
       small_mobilenet(),
       "classifier.1.bias",
       {4},
       "a MobileNetV2 (1 problem): dataset"},
      {"BERT, extra",
       random_bert({}),
       "encoder.layer.0.extra.weight",
       {2},
       "a BERT encoder (1 problem): extra dataset"},
      {"BERT, shape",
       random_bert({}),
       "embeddings.LayerNorm.bias",
       {3},
       "a BERT encoder (1 problem): dataset"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const std::string found = message(poisoned(each.checkpoint, each.name, each.shape));
    CHECK(contains(found, each.expected));
    CHECK(contains(found, each.name));
  }
}

TEST_CASE("a tensor of the right shape is read, and then refused for what it holds") {
  const Checkpoint resnet = small_resnet();
  const Shape& shape = resnet.weights.find("conv1.weight")->shape();
  CHECK(contains(message(poisoned(resnet, "conv1.weight", shape)), "values that are NaN or infinite"));
}

TEST_CASE("a head that only --no-head leaves is no reason to refuse a file") {
  Checkpoint checkpoint = small_resnet();
  checkpoint.weights.add("fc2.bias", Tensor({7}, std::vector<float>(7, 0.0f)), "fc2.bias");
  const Checkpoint found = opened(checkpoint);
  CHECK(contains(message_of([&] { (void)build_resnet(found); }), "extra dataset 'fc2.bias'"));
  CHECK(build_resnet(found, {.no_head = true}).nodes.size() > 1);
}
