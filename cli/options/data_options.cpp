#include "cli/options/data_options.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Data and preprocessing (what is not given comes from the preset)";
constexpr int kLargestSide = 16384;

/// One value holds for all channels.
std::array<float, 3> per_channel(const std::string& option, const std::vector<float>& values) {
  if (values.size() != 1 && values.size() != 3) {
    throw Error(fmt::format("{} has {} values, expected 1 or 3", option, values.size()));
  }
  if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
    throw Error(fmt::format("{} has a value that is no finite number", option));
  }
  return {values.front(), values[values.size() / 2], values.back()};
}

/// A network may turn an infinite input into finite logits, since ReLU makes 0 of NaN: it must be caught
/// before.
void check_range(const Preprocessing& how) {
  for (std::size_t c = 0; c < how.mean.size(); ++c) {
    if (std::isfinite((static_cast<float>(255 * how.value_scale) - how.mean[c]) / how.std[c])) continue;
    throw Error(fmt::format("--value-scale {}, --mean {} and --std {} make a white pixel infinite",
                            how.value_scale, how.mean[c], how.std[c]));
  }
}

void add_path(CLI::App& app, DataOptions& options, const std::string& description, const char* group) {
  app.add_option("--data", options.data, description)->type_name("PATH")->group(group);
}

void add_limit(CLI::App& app, DataOptions& options, const char* group) {
  app.add_option("--limit", options.limit, "Samples to use, spread evenly over the data set [all]")
      ->type_name("N")
      ->check(CLI::PositiveNumber)
      ->group(group);
}

void add_preprocessing_options(CLI::App& app, DataOptions& options) {
  app.add_option("--preset", options.preset, "Defaults for the options below [what fits the weights]")
      ->check(CLI::IsMember({"torchvision", "keras-caffe", "cifar", "plain"}))
      ->group(kGroup);
  app.add_option("--resize", options.resize, "New length of the shorter side in pixels, 0 for off")
      ->type_name("R")
      ->check(CLI::Range(0, kLargestSide))
      ->group(kGroup);
  app.add_option("--crop", options.crop, "Side of the square cut out of the centre in pixels, 0 for off")
      ->type_name("C")
      ->check(CLI::Range(0, kLargestSide))
      ->group(kGroup);
  app.add_option("--mean", options.mean, "Subtracted after scaling, in the order of the channels")
      ->type_name("A,B,C")
      ->delimiter(',')
      ->group(kGroup);
  app.add_option("--std", options.std, "Divided by after that")
      ->type_name("A,B,C")
      ->delimiter(',')
      ->group(kGroup);
  app.add_option("--value-scale", options.value_scale, "Factor of the pixels 0 ... 255")
      ->type_name("V")
      ->group(kGroup);
  app.add_option("--channel-order", options.channel_order, "Channels as the network wants them: rgb or bgr")
      ->check(CLI::IsMember({"rgb", "bgr"}))
      ->group(kGroup);
}

}  // namespace

const char* DataOptions::given_for_images() const {
  if (!labels.empty()) return "--labels";
  if (preset) return "--preset";
  if (resize) return "--resize";
  if (crop) return "--crop";
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
  if (!std::all_of(how.std.begin(), how.std.end(), [](float s) { return s > 0; })) {
    throw Error("--std has a value that is not positive");
  }
  check_range(how);
  return how;
}

void add_data_options(CLI::App& app, DataOptions& options) {
  add_path(app, options,
           "Images: ImageFolder tree, flat folder with --labels, CIFAR binary, IDX pair, or HDF5 with "
           "images and labels. Text: TSV, CSV, JSON lines, or a sentence a line",
           kGroup);
  app.add_option("--labels", options.labels, "A name and a class per line, for a flat folder")
      ->type_name("FILE")
      ->group(kGroup);
  add_limit(app, options, kGroup);
  add_preprocessing_options(app, options);
  add_text_options(app, options.text);
}

void add_text_data_options(CLI::App& app, DataOptions& options) {
  add_path(app, options, "Text of a BERT, in place of random tokens", kTextGroup);
  add_limit(app, options, kTextGroup);
  add_text_options(app, options.text);
}

}  // namespace dpac::cli
