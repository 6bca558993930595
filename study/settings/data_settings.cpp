#include "study/settings/data_settings.h"

#include <array>
#include <cmath>

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
  if (!labels.empty()) return "--labels";
  if (!class_map.empty()) return "--class-map";
  if (label_offset) return "--label-offset";
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
  const char* given = data.empty() ? given_for_images() : "--data";
  if (given == nullptr) given = text.given();
  if (given == nullptr) return;
  throw SettingError(fmt::format(
      "{} was given beside images in memory, which are taken as they are: give the one or the other", given));
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

DatasetSettings dataset_settings(const DataSettings& settings, std::optional<int> outputs) {
  DatasetSettings reading{
      .label_offset = settings.label_offset.value_or(0), .outputs = outputs, .part = settings.part};
  if (!settings.labels.empty()) reading.labels = settings.labels;
  if (!settings.class_map.empty()) reading.class_map = settings.class_map;
  return reading;
}

}  // namespace dpac
