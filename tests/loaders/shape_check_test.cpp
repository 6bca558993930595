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

/// A copy with one more weight, or another of that name, full of one value.
Checkpoint with(const Checkpoint& checkpoint, const std::string& name, const Shape& shape, float value) {
  Checkpoint copy;
  for (const auto& [own, entry] : checkpoint.weights.entries()) {
    if (own != name) copy.weights.add(own, entry.tensor.copy(), own);
  }
  const auto count = static_cast<std::size_t>(element_count(shape));
  copy.weights.add(name, Tensor(shape, std::vector<float>(count, value)), name);
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
    const std::string found = message(with(each.checkpoint, each.name, each.shape, NAN));
    CAPTURE(found);
    CHECK(contains(found, each.expected));
    CHECK(contains(found, each.name));
  }
}

TEST_CASE("a tensor of the right shape is read, and then refused for what it holds") {
  const Checkpoint resnet = small_resnet();
  const Shape& shape = resnet.weights.find("conv1.weight")->shape();
  CHECK(contains(message(with(resnet, "conv1.weight", shape, NAN)), "values that are NaN or infinite"));
}

TEST_CASE("a head that only --no-head leaves is no reason to refuse a file") {
  const Checkpoint found = opened(with(small_resnet(), "fc.weight", {3, 999}, 1.0f));
  CHECK(contains(message_of([&] { (void)build_resnet(found); }),
                 "dataset 'fc.weight' ('fc.weight') has shape"));
  CHECK(build_resnet(found, {.no_head = true}).nodes.size() > 1);
}
