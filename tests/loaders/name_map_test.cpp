#include "loaders/name_map.h"

#include <doctest/doctest.h>

using namespace dpac;

TEST_CASE("foreign PyTorch names become torchvision's") {
  struct Case {
    const char *path, *prefix, *name;
  };
  const Case cases[] = {
      {"conv1.weight", "", "conv1.weight"},
      {"layer1/0/conv1/weight", "", "layer1.0.conv1.weight"},
      {"module.layer1.0.shortcut.0.weight", "module.", "layer1.0.downsample.0.weight"},
      {"model/layer4/2/bn3/running_var", "model.", "layer4.2.bn3.running_var"},
      {"linear.weight", "", "fc.weight"},
      {"classifier.bias", "", "fc.bias"},
      // Only in the places where CIFAR repositories have these words.
      {"bert.linear.weight", "", "bert.linear.weight"},
      {"stem.shortcut.0.weight", "", "stem.shortcut.0.weight"},
      {"linear", "", "linear"},
  };
  for (const Case& c : cases) CHECK(torch_name(c.path, c.prefix) == c.name);
}

TEST_CASE("the wrapper is what all names begin with, and a wrapper's name") {
  CHECK(common_wrapper({"module.conv1.weight", "module.fc.weight"}) == "module.");
  CHECK(common_wrapper({"state_dict/module.conv1.weight", "state_dict/module.fc.weight"}) ==
        "state_dict.module.");
  CHECK(common_wrapper({"model/net/conv1/weight", "model/net/fc/weight"}) == "model.net.");
  CHECK(common_wrapper({"module.conv1.weight", "fc.weight"}) == "");
  CHECK(common_wrapper({"layer1.0.conv1.weight", "layer1.0.conv2.weight"}) == "");
  CHECK(common_wrapper({"modules.conv1.weight"}) == "");
  CHECK(common_wrapper({}) == "");
}

TEST_CASE("buffers that no inference needs") {
  CHECK(is_ignored_buffer("layer1.0.bn1.num_batches_tracked"));
  CHECK(is_ignored_buffer("layer1/0/bn1/num_batches_tracked"));
  CHECK(is_ignored_buffer("bert.embeddings.position_ids"));
  CHECK_FALSE(is_ignored_buffer("bn1.running_mean"));
}
