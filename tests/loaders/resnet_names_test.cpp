// Where a ResNet lies in a weight file, under which names, and what else is in there.
#include "loaders/weights/resnet_names.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "engine/networks/resnet.h"
#include "loaders/checkpoint.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/networks.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Rename = std::function<std::string(const std::string&)>;

std::string replaced(std::string name, const std::string& from, const std::string& to) {
  if (const auto at = name.find(from); at != std::string::npos) name.replace(at, from.size(), to);
  return name;
}

Rename prefixed(const std::string& prefix) {
  return [=](const std::string& name) { return prefix + name; };
}

/// `head` in place of "fc." at any place of its own, all else behind `prefix`.
Rename with_head(const std::string& prefix, const std::string& head) {
  return [=](const std::string& name) {
    return name.starts_with("fc.") ? head + name.substr(3) : prefix + name;
  };
}

/// Hugging Face's name of torchvision's.
std::string hugging_face(std::string name) {
  int stage = 0, block = 0, k = 0;
  char kind[16] = {}, leaf[32] = {};
  if (name.starts_with("fc.")) return "classifier.1." + name.substr(3);
  if (name.starts_with("conv1.")) return "resnet.embedder.embedder.convolution." + name.substr(6);
  if (name.starts_with("bn1.")) return "resnet.embedder.embedder.normalization." + name.substr(4);
  if (std::sscanf(name.c_str(), "layer%d.%d.downsample.%d.%31s", &stage, &block, &k, leaf) == 4) {
    return "resnet.encoder.stages." + std::to_string(stage - 1) + ".layers." + std::to_string(block) +
           ".shortcut." + (k == 0 ? "convolution." : "normalization.") + leaf;
  }
  REQUIRE(std::sscanf(name.c_str(), "layer%d.%d.%[convb]%d.%31s", &stage, &block, kind, &k, leaf) >= 4);
  REQUIRE(std::sscanf(name.c_str(), "layer%*d.%*d.%*[convb]%*d.%31s", leaf) == 1);
  return "resnet.encoder.stages." + std::to_string(stage - 1) + ".layers." + std::to_string(block) +
         ".layer." + std::to_string(k - 1) +
         (kind == std::string("conv") ? ".convolution." : ".normalization.") + leaf;
}

Checkpoint with(Checkpoint checkpoint, const std::string& name, const Shape& shape) {
  const std::vector<float> values(static_cast<std::size_t>(element_count(shape)), 0.5f);
  checkpoint.weights.add(name, Tensor(shape, values), name);
  return checkpoint;
}

Checkpoint read(const Checkpoint& checkpoint, const Rename& rename) {
  const TempFolder folder;
  return open_checkpoint(folder.write("x.safetensors", safetensors_of(checkpoint, rename)));
}

/// What building says of small_resnet() with one more tensor.
std::string message_with(const std::string& name, const Shape& shape, const Rename& rename = same) {
  return message_of([&] { (void)build_resnet(read(with(small_resnet(), name, shape), rename)); });
}

}  // namespace

TEST_CASE("a ResNet is found by its own names, whatever stands in front of them") {
  const Checkpoint original = small_resnet();
  const std::vector<Rename> namings = {
      same,
      prefixed("module."),
      prefixed("model.module."),
      prefixed("module.model._orig_mod."),
      prefixed("backbone.encoder."),
      prefixed("anything.at.all."),
      prefixed("state_dict.model."),
      [](const std::string& name) { return replaced(name, ".0.", ".module.0.module."); },
      with_head("model.backbone.", "model.fc."),
      with_head("model.backbone.", "classifier."),
      with_head("backbone.", "head.fc."),
      with_head("encoder.", "linear."),
      with_head("", "fc.1."),
      with_head("module.", "module.classifier.1."),
      with_head("net.", "head."),
      hugging_face,
      [](const std::string& name) { return "module." + hugging_face(name); },
      [](const std::string& name) { return replaced(name, "downsample", "shortcut"); },
  };
  for (const Rename& rename : namings) {
    CAPTURE(rename("layer1.0.conv1.weight"));
    CAPTURE(rename("fc.weight"));
    const Checkpoint found = read(original, rename);
    CHECK(first_difference(found.weights, original.weights) == "");
    CHECK(found.weights.entries().at("fc.bias").origin == rename("fc.bias"));
    CHECK(build_resnet(found).architecture == "ResNet6");
  }
}

TEST_CASE("strangers beside the network are left out and told") {
  const Rename model = [](const std::string& name) {
    return name == "criterion.weight" ? name : "model." + name;
  };
  const Checkpoint found = read(with(small_resnet(), "criterion.weight", {3}), model);
  CHECK(first_difference(found.weights, small_resnet().weights) == "");
  REQUIRE(found.left_out.size() == 2);
  CHECK(found.left_out[0] == LeftOut{.what = "wrappers of names", .count = 1, .examples = {"model."}});
  CHECK(found.left_out[1] ==
        LeftOut{.what = "tensors beside the network", .count = 1, .examples = {"criterion.weight"}});
  // Without a wrapper what could not change the results is one too, whatever its values.
  for (const char* name : {"criterion.weight", "projector.bias", "queue"}) {
    CAPTURE(name);
    CHECK(message_with(name, {3}) == "no error");
    CHECK(read(with(small_resnet(), name, {3}), same).left_out.size() == 1);
  }
  CHECK(message_with("projector.weight", {3, 8}) == "no error");
}

TEST_CASE("what could stand between the blocks or behind them is no stranger") {
  CHECK(contains(message_with("conv2.weight", {4, 4, 3, 3}), "extra dataset 'conv2.weight'"));
  CHECK(contains(message_with("layer1.0.gate", {1}), "extra dataset 'layer1.0.gate'"));
  CHECK(contains(message_with("classifier2.weight", {3, 3}), "found 'classifier2.weight', 'fc.weight'"));
  const Checkpoint normalised = with(with(small_resnet(), "neck.weight", {8}), "neck.running_mean", {8});
  const std::string message = message_of([&] { (void)build_resnet(read(normalised, same)); });
  CHECK(contains(message, "(2 problems): extra dataset 'neck.running_mean'"));
  const Checkpoint head = with(with(small_resnet(), "fc.0.weight", {8}), "fc.0.running_mean", {8});
  CHECK(contains(message_of([&] { (void)build_resnet(read(head, with_head("", "fc.1."))); }),
                 "fc.1.0.running_mean"));
}

TEST_CASE("several linear layers at the end are refused, and are left out on demand") {
  const Checkpoint two = with(small_resnet(), "fc.2.weight", {3, 3});
  const Rename rename = [](const std::string& name) {
    return name == "fc.weight" || name == "fc.bias" ? "fc.0" + name.substr(2) : name;
  };
  const Checkpoint found = read(two, rename);
  CHECK(contains(message_of([&] { (void)build_resnet(found); }),
                 "a head of several linear layers is not supported: only ResNets, MobileNetV2, ShuffleNetV2, "
                 "GoogLeNet, InceptionV3 and BERT encoders can be run; "
                 "found 'fc.0.weight', 'fc.2.weight'; without them (--no-head) it ends in features"));
  CHECK(output_channels(build_resnet(found, {.no_head = true})) == 8);
  // A classifier of its own behind the network's.
  const Checkpoint behind = with(small_resnet(), "head.weight", {2, 3});
  const Rename backbone = [](const std::string& name) {
    return name == "head.weight" ? name : "backbone." + name;
  };
  CHECK(contains(message_of([&] { (void)build_resnet(read(behind, backbone)); }),
                 "found 'fc.weight', 'head.weight'"));
}

TEST_CASE("a backbone without classifier is run up to its features, on demand") {
  const Checkpoint backbone = [] {
    Checkpoint bare{.path = "x", .format = {}, .weights = {}, .traits = {}};
    const Checkpoint whole = small_resnet();
    for (const auto& [name, entry] : whole.weights.entries()) {
      if (!name.starts_with("fc."))
        bare.weights.add(name, Tensor(entry.tensor.shape(), entry.tensor.values()), name);
    }
    return bare;
  }();
  const Checkpoint found = read(backbone, prefixed("encoder_q."));
  CHECK(contains(
      message_of([&] { (void)build_resnet(found); }),
      "expected a classifier 'fc.weight' of shape [classes, 8], found none; without one (--no-head) the "
      "network ends in features"));
  const Graph graph = build_resnet(found, {.no_head = true});
  CHECK(graph.architecture == "ResNet6 without head");
  CHECK(graph.nodes.back().name == "avgpool");
  CHECK(output_channels(graph) == 8);
}

TEST_CASE("of several networks the likeliest is taken, or none") {
  Checkpoint both = small_resnet();
  const Checkpoint other = small_resnet();
  for (const auto& [name, entry] : other.weights.entries()) {
    both.weights.add("ema." + name, Tensor(entry.tensor.shape(), entry.tensor.values()), name);
  }
  const Checkpoint found = read(both, same);
  CHECK(first_difference(found.weights, other.weights) == "");
  REQUIRE(found.assumed.size() == 1);
  CHECK(contains(found.assumed[0], "the one with no prefix is meant"));
  CHECK(found.left_out.back().count == 32);
  const Rename twins = [](const std::string& name) {
    return name.starts_with("ema.") ? "teacher." + name.substr(4) : "student." + name;
  };
  CHECK(contains(message_of([&] { (void)read(both, twins); }),
                 "holds 2 networks, named with 'student.', 'teacher.'; save the one to run by itself"));
}

TEST_CASE("Hugging Face's stem has its stride and pool whatever its kernel is") {
  const Checkpoint found = read(small_resnet(), hugging_face);
  CHECK(found.traits.stem_stride == 2);
  CHECK(found.traits.stem_pool == true);
  CHECK_FALSE(found.traits.stride_in_first_conv.has_value());
}

TEST_CASE("networks that cannot be run are named, with examples") {
  const auto message = [](const std::vector<std::string>& names) {
    Checkpoint checkpoint{.path = "x", .format = {}, .weights = {}, .traits = {}};
    for (const std::string& name : names) checkpoint = with(std::move(checkpoint), name, {1});
    return message_of([&] { (void)build_resnet(read(checkpoint, same)); });
  };
  const std::string only =
      " is not supported: only ResNets, MobileNetV2, ShuffleNetV2, GoogLeNet, InceptionV3 and BERT encoders "
      "can be run; found ";
  CHECK(
      contains(message({"features.0.weight", "classifier.weight"}),
               "a network of 'features' (VGG, DenseNet, EfficientNet, ...)" + only + "'features.0.weight'"));
  CHECK(contains(message({"patch_embed.proj.weight", "cls_token"}), "a Vision Transformer" + only));
  CHECK(contains(
      message({"a", "b", "c", "d", "e", "f", "g"}),
      "no ResNet in this file: expected weights named like 'conv1.weight' and 'layer1.0.conv1.weight', found "
      "'a', 'b', 'c', 'd', 'e' and 2 more (safetensors)"));
  CHECK(contains(message_with("layer1.0.se.fc1.weight", {1, 4, 1, 1}),
                 "SE-ResNet (squeeze-and-excitation)" + only + "'layer1.0.se.fc1.weight'"));
  CHECK(contains(message_with("conv1.0.weight", {4, 3, 3, 3}), "a ResNet with a deep stem"));
}

TEST_CASE("quantised weights of the network are refused, other integers left out") {
  const std::string entries =
      R"({"layer1.0.conv1.weight":{"dtype":"I8","shape":[1,1,1,1],"data_offsets":[0,1]},)"
      R"("step":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}})";
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(entries.size());
  const TempFolder folder;
  const auto path = folder.write("x.safetensors", bytes + entries + "ab");
  CHECK(contains(message_of([&] { (void)open_checkpoint(path); }),
                 "tensor 'layer1.0.conv1.weight' has type I8"));
}
