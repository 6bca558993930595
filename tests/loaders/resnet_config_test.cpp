// config.json and preprocessor_config.json beside the weights of a ResNet: obeyed, refused, or said not to
// be.
#include "loaders/weights/resnet_config.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/networks/resnet.h"
#include "loaders/checkpoint.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/networks.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

/// Two stages of bottlenecks of 16 and 32 channels, 3 classes.
Checkpoint bottlenecks() {
  RandomResNet net;
  net.width = 4;
  net.bottleneck = true;
  net.classes = 3;
  return random_resnet(net);
}

Checkpoint with_file(const std::string& name, const std::string& text, const Checkpoint& weights) {
  const TempFolder folder;
  folder.write(name, text);
  return open_checkpoint(folder.write("model.safetensors", safetensors_of(weights, same)));
}

Checkpoint with_config(const std::string& text) {
  return with_file("config.json", text, bottlenecks());
}

/// What is said about a config, behind its path.
std::string refusal(const std::string& text, const std::string& name = "config.json") {
  const std::string message = message_of([&] { (void)with_file(name, text, bottlenecks()); });
  const auto end = message.find(name + ": ");
  REQUIRE(end != std::string::npos);
  return message.substr(end + name.size() + 2);
}

bool is_assumed(const Checkpoint& checkpoint, const std::string& part) {
  return std::ranges::any_of(checkpoint.assumed,
                             [&](const std::string& each) { return contains(each, part); });
}

}  // namespace

TEST_CASE("timm's config says whether the network is a plain ResNet") {
  CHECK(contains(
      refusal(R"({"architecture": "resnetaa50"})"),
      "'architecture' is \"resnetaa50\", expected a plain ResNet (another network may have weights of the "
      "same names and shapes)"));
  for (const char* other :
       {"resnetblur50", "resnet50d", "resnet50_gn", "seresnet50", "resnetv2_50", "vit_base"}) {
    CHECK(contains(refusal(fmt::format(R"({{"architecture": "{}"}})", other)), other));
  }
  for (const char* plain :
       {"resnet50", "resnet50.a1_in1k", "wide_resnet50_2", "gluon_resnet50_v1b", "resnet18"}) {
    CHECK_NOTHROW((void)with_config(fmt::format(R"({{"architecture": "{}"}})", plain)));
  }
  CHECK(contains(refusal(R"({"architecture": "resnet50", "model_args": {"output_stride": 8}})"),
                 "'model_args': 'output_stride' is 8, expected none"));
  CHECK(contains(refusal(R"({"architecture": "resnet50", "global_pool": "max"})"),
                 "'global_pool' is \"max\", expected \"avg\""));
  CHECK(contains(refusal(R"({"architecture": "resnet50", "num_classes": 1000})"),
                 "'num_classes' is 1000, expected 3"));
  CHECK_NOTHROW((void)with_config(
      R"({"architecture": "resnet50", "num_classes": 3, "model_args": {"num_classes": 3}, "global_pool": "avg"})"));
  CHECK(contains(refusal(R"({"architecture": 50})"), "'architecture' is 50, expected text"));
}

TEST_CASE("timm's preprocessing is handed on") {
  const Checkpoint read = with_config(R"({"architecture": "resnet50", "pretrained_cfg": {
      "input_size": [3, 160, 160], "interpolation": "bicubic", "crop_pct": 0.95, "crop_mode": "center",
      "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6]}})");
  const PreprocessingTraits expected{.value_scale = 1.0 / 255,
                                     .mean = {0.1f, 0.2f, 0.3f},
                                     .std = {0.4f, 0.5f, 0.6f},
                                     .bgr = false,
                                     .resize = 168,
                                     .crop = 160,
                                     .interpolation = "bicubic"};
  CHECK(read.traits.preprocessing == expected);
  CHECK(read.traits.input_size == Shape{160, 160});
  CHECK(read.assumed.empty());
  CHECK(input_shape(build_resnet(read)) == MapShape{3, 160, 160});
  // timm's usual sizes for what is not said.
  const auto sizes = with_config(R"({"architecture": "resnet50", "pretrained_cfg": {"crop_pct": 0.95}})");
  CHECK(sizes.traits.preprocessing.resize == 235);
  CHECK(sizes.traits.preprocessing.crop == 224);
  CHECK(sizes.traits.preprocessing.mean.empty());
  const auto crop =
      with_config(R"({"architecture": "resnet50", "pretrained_cfg": {"input_size": [3, 224, 224]}})");
  CHECK(crop.traits.preprocessing.resize == 256);
}

TEST_CASE("what of timm's preprocessing cannot be obeyed is said or refused") {
  const auto cfg = [](const std::string& entry) {
    return fmt::format(R"({{"architecture": "resnet50", "pretrained_cfg": {{{}}}}})", entry);
  };
  CHECK(is_assumed(with_config(cfg(R"("interpolation": "lanczos")")),
                   "'interpolation' is \"lanczos\", which is not obeyed: there are bilinear and bicubic"));
  CHECK(is_assumed(with_config(cfg(R"("crop_mode": "squash")")),
                   "'crop_mode' is \"squash\", which is not obeyed"));
  CHECK(
      is_assumed(with_config(cfg(R"("test_crop_pct": 1.0)")), "'test_crop_pct' is 1.0, which is not obeyed"));
  CHECK(is_assumed(with_config(cfg(R"("input_size": [3, 200, 100])")),
                   "which is not obeyed: crops are square"));
  CHECK(contains(refusal(cfg(R"("input_size": [1, 224, 224])")),
                 "expected 3 channels, as the weights have it"));
  CHECK(contains(refusal(cfg(R"("input_size": [3, 0, 224])")), "expected three sizes from 1 to"));
  CHECK(contains(refusal(cfg(R"("input_size": 224)")), "expected three sizes from 1 to"));
  CHECK(contains(refusal(cfg(R"("crop_pct": 0)")), "'crop_pct' is 0, expected a number above 0"));
  CHECK(contains(refusal(cfg(R"("crop_pct": 1.5)")), "expected a fraction of at most 1"));
  CHECK(contains(refusal(cfg(R"("std": [0.1, 0, 0.1])")), "expected 1 or 3 numbers above 0"));
  CHECK(contains(refusal(cfg(R"("mean": [0.1, 0.2])")), "expected 1 or 3 numbers"));
  CHECK(contains(refusal(R"({"architecture": "resnet50", "pretrained_cfg": 3})"),
                 "expected an object, found 3"));
}

TEST_CASE("Hugging Face's config says where the strides are, and must fit the weights") {
  const std::string fitting = R"("model_type": "resnet", "depths": [1, 1], "layer_type": "bottleneck",
      "hidden_sizes": [16, 32], "embedding_size": 4, "num_channels": 3, "hidden_act": "relu")";
  const Checkpoint plain = with_config(fmt::format("{{{}}}", fitting));
  CHECK(plain.traits.stride_in_first_conv == false);
  CHECK(plain.traits.block_strides == std::vector<int>{1, 2});
  CHECK(build_resnet(plain).architecture == "ResNet8 v1.5");
  const Checkpoint other = with_config(
      fmt::format(R"({{{}, "downsample_in_bottleneck": true, "downsample_in_first_stage": true}})", fitting));
  CHECK(other.traits.stride_in_first_conv == true);
  CHECK(other.traits.block_strides == std::vector<int>{2, 2});
  CHECK(build_resnet(other).architecture == "ResNet8 v1");
  const std::pair<const char*, const char*> wrong[] = {
      {R"("model_type": "vit")", "'model_type' is \"vit\", expected \"resnet\", the only network for images"},
      {R"("model_type": "resnet", "hidden_act": "gelu")", "'hidden_act' is \"gelu\", expected \"relu\""},
      {R"("model_type": "resnet", "layer_type": "basic")",
       "'layer_type' is \"basic\", expected \"bottleneck\""},
      {R"("model_type": "resnet", "depths": [1, 2])",
       "'depths' is [1,2], expected the blocks that the weights"},
      {R"("model_type": "resnet", "depths": [1])", "expected the blocks that the weights"},
      {R"("model_type": "resnet", "depths": [1, 1, 1])", "expected the blocks that the weights"},
      {R"("model_type": "resnet", "depths": [-1])", "expected a list of numbers of blocks"},
      {R"("model_type": "resnet", "hidden_sizes": [16, 64])", "expected 32 in stage 2"},
      {R"("model_type": "resnet", "embedding_size": 64)", "'embedding_size' is 64, expected 4"},
      {R"("model_type": "resnet", "num_channels": 1)", "'num_channels' is 1, expected 3"},
      {R"("model_type": "resnet", "downsample_in_bottleneck": 1)", "is 1, expected true or false"},
  };
  for (const auto& [entries, sentence] : wrong) {
    CAPTURE(entries);
    CHECK(contains(refusal(fmt::format("{{{}}}", entries)), sentence));
  }
}

TEST_CASE("Hugging Face's preprocessing is handed on") {
  const auto traits = [](const std::string& text) {
    return with_file("preprocessor_config.json", text, bottlenecks()).traits.preprocessing;
  };
  const PreprocessingTraits resnet50{.value_scale = 1.0 / 255,
                                     .mean = {0.5f, 0.25f, 0.125f},
                                     .std = {0.5f, 0.5f, 0.5f},
                                     .bgr = false,
                                     .resize = 256,
                                     .crop = 224,
                                     .interpolation = "bicubic"};
  CHECK(traits(R"({"crop_pct": 0.875, "do_normalize": true, "do_resize": true, "size": 224, "resample": 3,
      "feature_extractor_type": "ConvNextFeatureExtractor", "image_mean": [0.5, 0.25, 0.125],
      "image_std": [0.5, 0.5, 0.5]})") == resnet50);
  const auto cropped = traits(R"({"size": {"shortest_edge": 232}, "crop_size": {"height": 224, "width": 224},
      "resample": 2, "do_normalize": false, "rescale_factor": 0.5})");
  CHECK(cropped == PreprocessingTraits{.value_scale = 0.5,
                                       .mean = {0},
                                       .std = {1},
                                       .bgr = false,
                                       .resize = 232,
                                       .crop = 224,
                                       .interpolation = "bilinear"});
  CHECK(traits(R"({"do_rescale": false})").value_scale == 1.0);
  const auto assumed = [](const std::string& text) {
    return with_file("preprocessor_config.json", text, bottlenecks());
  };
  CHECK(is_assumed(assumed(R"({"size": {"height": 224, "width": 224}})"), "'size' is"));
  CHECK(is_assumed(assumed(R"({"size": 384, "crop_pct": 0.875})"), "'size' is 384, which is not obeyed"));
  CHECK(is_assumed(assumed(R"({"resample": 0})"), "'resample' is 0, which is not obeyed"));
  CHECK(contains(refusal(R"({"image_std": [0, 1, 1]})", "preprocessor_config.json"),
                 "expected 1 or 3 numbers above 0"));
}

TEST_CASE("configurations of no known kind are told, and refused when they were asked for") {
  const Checkpoint read = with_config(R"({"epochs": 90})");
  REQUIRE(read.left_out.size() == 1);
  CHECK(read.left_out[0].what == "configurations of no known kind");
  CHECK(read.left_out[0].examples == std::vector<std::string>{"config.json"});
  const TempFolder folder;
  const auto weights = folder.write("x.safetensors", safetensors_of(bottlenecks(), same));
  const auto config = folder.write("other.json", R"({"epochs": 90})");
  CHECK(contains(
      message_of([&] { (void)open_checkpoint(weights, config); }),
      "other.json: expected timm's config.json with 'architecture' or Hugging Face's with 'model_type'"));
  folder.write("other.json", R"({"architecture": "resnetaa50"})");
  CHECK(
      contains(message_of([&] { (void)open_checkpoint(weights, config); }), "other.json: 'architecture' is"));
  CHECK(contains(message_of([] { (void)with_config("{"); }), "config.json is no valid JSON"));
}
