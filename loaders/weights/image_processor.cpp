// Hugging Face's preprocessor_config.json: ConvNextImageProcessor, which ResNets come with, and ViT's and the
// like.

#include <string_view>

#include <fmt/format.h>

#include "loaders/weights/json_numbers.h"
#include "loaders/weights/resnet_config.h"
#include "loaders/weights/resnet_config_kinds.h"

namespace dpac {
namespace {

using nlohmann::json;

constexpr int64_t kLargest = 1 << 14;

/// A size given as a number, or as {key: number}; unset for another form, such as height and width.
std::optional<int64_t> side_of(const JsonEntries& config, const std::string& key, std::string_view part) {
  const json* value = config.find(key);
  if (value != nullptr && value->is_object() && value->contains(part)) value = &value->at(part);
  const bool side = value != nullptr && value->is_number_unsigned() && value->get<uint64_t>() >= 1 &&
                    value->get<uint64_t>() <= kLargest;
  return side ? std::optional(value->get<int64_t>()) : std::nullopt;
}

/// Also under the name it had at first, ConvNextFeatureExtractor.
bool is_convnext(const JsonEntries& config) {
  for (const char* key : {"image_processor_type", "feature_extractor_type"}) {
    if (config.text(key).value_or("").starts_with("ConvNext")) return true;
  }
  return config.find("crop_pct") != nullptr;
}

/// The processor of ConvNeXt resizes to size / crop_pct and cuts out size, but squashes images from 384 on.
bool set_convnext_sizes(const JsonEntries& config, int64_t side, PreprocessingTraits& traits) {
  constexpr int64_t kSquashed = 384;
  constexpr double kUsualCrop = 224.0 / 256;
  if (side >= kSquashed) return false;
  traits.crop = static_cast<int>(side);
  traits.resize =
      static_cast<int>(static_cast<double>(side) / positive(config, "crop_pct").value_or(kUsualCrop));
  return true;
}

void set_sizes(const JsonEntries& config, Checkpoint& checkpoint) {
  if (!config.flag("do_resize").value_or(true) || config.find("size") == nullptr) return;
  PreprocessingTraits& traits = checkpoint.traits.preprocessing;
  const auto side = side_of(config, "size", "shortest_edge");
  const auto crop = side_of(config, "crop_size", "height");
  bool obeyed = false;
  if (side && is_convnext(config)) {
    obeyed = set_convnext_sizes(config, *side, traits);
  } else if (side && crop && config.flag("do_center_crop").value_or(true)) {
    traits.resize = static_cast<int>(*side);
    traits.crop = static_cast<int>(*crop);
    obeyed = true;
  }
  if (!obeyed)
    return say_not_obeyed(config, "size", "the shorter side is resized and the centre cut out", checkpoint);
  checkpoint.traits.input_size = Shape{*traits.crop, *traits.crop};
}

void set_interpolation(const JsonEntries& config, Checkpoint& checkpoint) {
  const json* const resample = config.find("resample");  // A constant of Pillow's.
  if (resample == nullptr) return;
  if (*resample == 2) {
    checkpoint.traits.preprocessing.interpolation = "bilinear";
  } else if (*resample == 3) {
    checkpoint.traits.preprocessing.interpolation = "bicubic";
  } else {
    say_not_obeyed(config, "resample", "there are bilinear (2) and bicubic (3)", checkpoint);
  }
}

}  // namespace

void apply_image_processor(const std::filesystem::path& path, Checkpoint& checkpoint) {
  const json text = read_json(path);
  const JsonEntries config(text, path.string());
  PreprocessingTraits& traits = checkpoint.traits.preprocessing;
  set_sizes(config, checkpoint);
  set_interpolation(config, checkpoint);
  const bool rescale = config.flag("do_rescale").value_or(true),
             normalise = config.flag("do_normalize").value_or(true);
  traits.value_scale = rescale ? positive(config, "rescale_factor").value_or(1.0 / 255) : 1.0;
  traits.mean = normalise ? per_channel(config, "image_mean", false) : std::vector<float>{0};
  traits.std = normalise ? per_channel(config, "image_std", true) : std::vector<float>{1};
  traits.bgr = false;
}

}  // namespace dpac
