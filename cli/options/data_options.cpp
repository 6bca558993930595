#include "cli/options/data_options.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "cli/support/usage_error.h"
#include "loaders/images/label.h"
#include "loaders/pixels/augment.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Data and preprocessing (what is not given comes from the preset)";
constexpr int kLargestSide = 16384;

/// One value holds for all channels.
std::array<float, 3> per_channel(const std::string& option, const std::vector<float>& values) {
  if (values.size() != 1 && values.size() != 3) {
    throw UsageError(fmt::format("{} has {} values, expected 1 or 3", option, values.size()));
  }
  return {values.front(), values[values.size() / 2], values.back()};
}

/// A network may turn an infinite input into finite logits, since ReLU makes 0 of NaN: it must be caught
/// before.
void check_range(const Preprocessing& how) {
  for (std::size_t c = 0; c < how.mean.size(); ++c) {
    if (std::isfinite((static_cast<float>(255 * how.value_scale) - how.mean[c]) / how.std[c])) continue;
    throw UsageError(fmt::format("--value-scale {}, --mean {} and --std {} make a white pixel infinite",
                                 how.value_scale, how.mean[c], how.std[c]));
  }
}

void add_limit(OptionSet& set, DataOptions& options, const std::string& help) {
  set.number({"--limit", "N", help}, options.limit, positive_count());
}

void add_preprocessing_options(OptionSet& set, DataOptions& options) {
  set.choice({"--preset", "", "Defaults for the options below [what the weights say]"}, options.preset,
             {"torchvision", "keras-caffe", "cifar", "plain"});
  set.number({"--resize", "R", "New length of the shorter side in pixels, 0 for off"}, options.resize,
             from_to(0, kLargestSide));
  set.number({"--crop", "C", "Side of the square cut out of the centre in pixels, 0 for off"}, options.crop,
             from_to(0, kLargestSide));
  set.choice({"--interpolation", "", "Filter that resizes"}, options.interpolation, {"bilinear", "bicubic"});
  set.number({"--mean", "A,B,C", "Subtracted after scaling, in the order of the channels"}, options.mean);
  set.number({"--std", "A,B,C", "Divided by after that"}, options.std, positive_number());
  set.number({"--value-scale", "V", "Factor of the pixels 0 ... 255"}, options.value_scale,
             positive_number());
  set.choice({"--channel-order", "", "Channels as the network wants them"}, options.channel_order,
             {"rgb", "bgr"});
}

}  // namespace

const char* DataOptions::given_for_images() const {
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

Preprocessing preprocessing_of(const DataOptions& options, const std::string& preset_name, bool files) {
  Preprocessing how = preset(preset_name, files);
  how.resize = options.resize.value_or(how.resize);
  how.crop = options.crop.value_or(how.crop);
  if (!options.mean.empty()) how.mean = per_channel("--mean", options.mean);
  if (!options.std.empty()) how.std = per_channel("--std", options.std);
  how.value_scale = options.value_scale.value_or(how.value_scale);
  if (options.channel_order) how.bgr = *options.channel_order == "bgr";
  check_range(how);
  if (!options.interpolation) return how;
  how.interpolation = interpolation_of(*options.interpolation);
  // Training images may be resized where others are not.
  if (how.resize > 0 || preset_augmentation(preset_name) == Augmentation::resized_crop) return how;
  throw UsageError("--interpolation was given, but nothing is resized: add --resize");
}

DatasetSettings dataset_settings(const DataOptions& options, std::optional<int> outputs) {
  DatasetSettings settings{
      .label_offset = options.label_offset.value_or(0), .outputs = outputs, .part = options.part};
  if (!options.labels.empty()) settings.labels = options.labels;
  if (!options.class_map.empty()) settings.class_map = options.class_map;
  return settings;
}

DeclaredOption add_data_options(OptionSet& set, DataOptions& options, const DataHelp& help) {
  set.heading(kGroup);
  DeclaredOption data = set.path({"--data", "PATH", help.data}, options.data, FileRole::reads);
  set.path({"--labels", "FILE", "A name and a class per line, for a flat folder"}, options.labels,
           FileRole::reads);
  set.path({"--class-map", "FILE",
            "A class folder, or a class name of --labels, and its class number per line "
            "[folders named by numbers are these classes, others are numbered by sorted name]"},
           options.class_map, FileRole::reads);
  set.number({"--label-offset", "N", "Added to every label: 1 where output 0 is a background class"},
             options.label_offset, from_to(-kMaxLabel, kMaxLabel));
  add_limit(set, options, help.limit);
  add_preprocessing_options(set, options);
  add_text_options(set, options.text);
  return data;
}

void add_text_data_options(OptionSet& set, DataOptions& options) {
  set.heading(kTextGroup);
  set.path({"--data", "PATH", "Text of a BERT, in place of random tokens"}, options.data, FileRole::reads);
  add_limit(set, options, DataHelp{}.limit);
  add_text_options(set, options.text);
}

}  // namespace dpac::cli
