#include "study/settings/data_settings.h"

#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "loaders/pixels/augment.h"
#include "loaders/pixels/known_preprocessing.h"
#include "study/settings/setting_error.h"

namespace dpac {
namespace {

/// One value holds for all channels.
std::array<float, 3> per_channel(const std::string& option, const std::vector<float>& values) {
  if (values.size() != 1 && values.size() != 3) {
    throw SettingError(fmt::format("{} has {} values, expected 1 or 3", option, values.size()));
  }
  return {values.front(), values[values.size() / 2], values.back()};
}

/// A network may turn an infinite input into finite logits, since ReLU makes 0 of NaN: it must be caught
/// before.
void check_range(const Preprocessing& how) {
  for (std::size_t c = 0; c < how.mean.size(); ++c) {
    if (std::isfinite((static_cast<float>(255 * how.value_scale) - how.mean[c]) / how.std[c])) continue;
    throw SettingError(fmt::format("--value-scale {}, --mean {} and --std {} make a white pixel infinite",
                                   how.value_scale, how.mean[c], how.std[c]));
  }
}

/// Name of a setting that says which classes files are of; null for none.
const char* given_for_files(const DataSettings& settings) {
  if (!settings.labels.empty()) return "--labels";
  if (!settings.class_map.empty()) return "--class-map";
  return settings.label_offset ? "--label-offset" : nullptr;
}

}  // namespace

std::optional<Casing> TextSettings::casing() const {
  if (!cased && !uncased) return std::nullopt;
  return cased ? Casing::cased : Casing::uncased;
}

const char* TextSettings::given() const {
  if (!sentences.empty()) return "--text";
  if (!vocab.empty()) return "--vocab";
  if (cased) return "--cased";
  if (uncased) return "--uncased";
  if (!task.empty()) return "--task";
  if (!columns.empty()) return "--columns";
  if (!classes.empty()) return "--classes";
  if (!label_names.empty()) return "--label-names";
  if (skip_bad_rows) return "--skip-bad-rows";
  return pad_to ? "--pad-to" : nullptr;
}

const char* DataSettings::given_for_images() const {
  if (const char* given = given_for_files(*this)) return given;
  if (preset) return "--preset";
  if (resize) return "--resize";
  if (crop) return "--crop";
  if (interpolation) return "--interpolation";
  if (!mean.empty()) return "--mean";
  if (!std.empty()) return "--std";
  if (value_scale) return "--value-scale";
  return channel_order ? "--channel-order" : nullptr;
}

void DataSettings::check_arrays() const {
  const char* given = data.empty() ? given_for_files(*this) : "--data";
  if (given == nullptr && preprocessed()) given = given_for_images();
  if (given == nullptr) given = text.given();
  if (given == nullptr) return;
  throw SettingError(fmt::format("{} was given beside {}images in memory: give the one or the other", given,
                                 preprocessed() ? "preprocessed " : ""));
}

Preprocessing preprocessing_of(const DataSettings& settings, const std::string& preset_name,
                               const PreprocessingTraits& known, bool files) {
  Preprocessing how = with_known(preset(preset_name, files), known, files);
  how.resize = settings.resize.value_or(how.resize);
  how.crop = settings.crop.value_or(how.crop);
  if (!settings.mean.empty()) how.mean = per_channel("--mean", settings.mean);
  if (!settings.std.empty()) how.std = per_channel("--std", settings.std);
  how.value_scale = settings.value_scale.value_or(how.value_scale);
  if (settings.channel_order) how.bgr = *settings.channel_order == "bgr";
  check_range(how);
  if (!settings.interpolation) return how;
  how.interpolation = interpolation_of(*settings.interpolation);
  // Training images may be resized where others are not.
  if (how.resize > 0 || preset_augmentation(preset_name) == Augmentation::resized_crop) return how;
  throw SettingError("--interpolation was given, but nothing is resized: add --resize");
}

DataSettings settings_of_arrays(std::shared_ptr<const ImageArrays> arrays, const DataSettings& like) {
  DataSettings settings{.arrays = std::move(arrays)};
  if (settings.preprocessed()) return settings;
  settings.preset = like.preset;
  settings.channel_order = like.channel_order;
  settings.interpolation = like.interpolation;
  settings.resize = like.resize;
  settings.crop = like.crop;
  settings.mean = like.mean;
  settings.std = like.std;
  settings.value_scale = like.value_scale;
  return settings;
}

DatasetSettings dataset_settings(const DataSettings& settings, std::optional<int> outputs) {
  DatasetSettings reading{
      .label_offset = settings.label_offset.value_or(0), .outputs = outputs, .part = settings.part};
  if (!settings.labels.empty()) reading.labels = settings.labels;
  if (!settings.class_map.empty()) reading.class_map = settings.class_map;
  return reading;
}

}  // namespace dpac
