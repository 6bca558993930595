#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "loaders/pixels/preprocess.h"
#include "loaders/weights/json_numbers.h"
#include "loaders/weights/resnet_config_kinds.h"

namespace dpac {
namespace {

using nlohmann::json;

/// The architectures of timm that have torchvision's graph: others share its names and shapes (resnetaa50 and
/// resnetblur50 filter before they subsample, resnet50d averages).
constexpr std::array<std::string_view, 22> kPlain = {"resnet18",
                                                     "resnet26",
                                                     "resnet34",
                                                     "resnet50",
                                                     "resnet101",
                                                     "resnet152",
                                                     "resnet200",
                                                     "wide_resnet50_2",
                                                     "wide_resnet101_2",
                                                     "tv_resnet34",
                                                     "tv_resnet50",
                                                     "tv_resnet101",
                                                     "tv_resnet152",
                                                     "gluon_resnet18_v1b",
                                                     "gluon_resnet34_v1b",
                                                     "gluon_resnet50_v1b",
                                                     "gluon_resnet101_v1b",
                                                     "gluon_resnet152_v1b",
                                                     "swsl_resnet18",
                                                     "swsl_resnet50",
                                                     "ssl_resnet18",
                                                     "ssl_resnet50"};

/// Arguments of a model that do not change what it computes.
constexpr std::array<std::string_view, 5> kHarmless = {"num_classes", "in_chans", "drop_rate",
                                                       "drop_path_rate", "pretrained"};

void check_architecture(const JsonEntries& config) {
  const std::string architecture = *config.text("architecture");
  const std::string name = architecture.substr(0, architecture.find('.'));  // "resnet50.a1_in1k".
  if (std::find(kPlain.begin(), kPlain.end(), name) != kPlain.end()) return;
  config.fail(
      "architecture", architecture,
      "a plain ResNet (another network may have weights of the same names and shapes): resnet18, resnet34, "
      "resnet50, resnet101, resnet152 or wide_resnet50_2, for example");
}

void check_arguments(const JsonEntries& config) {
  const auto arguments = config.entries("model_args");
  if (!arguments) return;
  for (const auto& [key, value] : arguments->object().items()) {
    if (std::find(kHarmless.begin(), kHarmless.end(), key) == kHarmless.end()) {
      arguments->fail(key, value, "none: an argument that changes the network cannot be obeyed");
    }
  }
}

/// [channels, height, width] of a square input.
std::optional<int64_t> side_of(const JsonEntries& config, const std::string& key, Checkpoint& checkpoint) {
  constexpr int64_t kLargest = 1 << 14;
  const json* const size = config.find(key);
  if (size == nullptr) return std::nullopt;
  const bool valid =
      size->is_array() && size->size() == 3 && std::all_of(size->begin(), size->end(), [](const json& n) {
        return n.is_number_unsigned() && n.get<uint64_t>() >= 1 && n.get<uint64_t>() <= kLargest;
      });
  if (!valid)
    config.fail(key, *size, fmt::format("three sizes from 1 to {}: channels, height, width", kLargest));
  const Tensor* const stem = checkpoint.weights.find("conv1.weight");
  if (stem != nullptr && stem->rank() == 4 && stem->dim(1) != (*size)[0]) {
    config.fail(key, *size, fmt::format("{} channels, as the weights have it", stem->dim(1)));
  }
  if ((*size)[1] != (*size)[2]) {
    say_not_obeyed(config, key, "crops are square", checkpoint);
    return std::nullopt;
  }
  return (*size)[1].get<int64_t>();
}

void set_sizes(const JsonEntries& config, Checkpoint& checkpoint) {
  constexpr double kUsualCrop = 0.875;  // timm's DEFAULT_CROP_PCT.
  constexpr int64_t kUsualSide = 224;
  const auto side = side_of(config, "input_size", checkpoint);
  const auto fraction = positive(config, "crop_pct");
  if (fraction && *fraction > 1) config.fail("crop_pct", *config.find("crop_pct"), "a fraction of at most 1");
  if (!side && !fraction) return;
  const int64_t crop = side.value_or(kUsualSide);
  PreprocessingTraits& traits = checkpoint.traits.preprocessing;
  traits.crop = static_cast<int>(crop);
  traits.resize = resize_for_crop(*traits.crop, fraction.value_or(kUsualCrop));
  checkpoint.traits.input_size = Shape{crop, crop};
}

void set_preprocessing(const JsonEntries& config, Checkpoint& checkpoint) {
  PreprocessingTraits& traits = checkpoint.traits.preprocessing;
  set_sizes(config, checkpoint);
  traits.mean = per_channel(config, "mean", false);
  traits.std = per_channel(config, "std", true);
  traits.value_scale = 1.0 / 255;  // Of ToTensor, which timm always applies.
  traits.bgr = false;
  const std::string interpolation = config.text("interpolation").value_or("");
  if (interpolation == "bilinear" || interpolation == "bicubic") {
    traits.interpolation = interpolation;
  } else if (!interpolation.empty()) {
    say_not_obeyed(config, "interpolation", "there are bilinear and bicubic", checkpoint);
  }
  if (config.text("crop_mode").value_or("center") != "center") {
    say_not_obeyed(config, "crop_mode", "the centre is cut out", checkpoint);
  }
  for (const char* key : {"test_input_size", "test_crop_pct"}) {
    if (config.find(key) != nullptr)
      say_not_obeyed(config, key, "what it was trained with counts", checkpoint);
  }
}

}  // namespace

void apply_timm_config(const JsonEntries& config, Checkpoint& checkpoint) {
  check_architecture(config);
  check_arguments(config);
  config.require("global_pool", "avg", ", the only pooling that can be done");
  check_classes(config, "num_classes", checkpoint);
  if (const auto cfg = config.entries("pretrained_cfg")) set_preprocessing(*cfg, checkpoint);
}

}  // namespace dpac
