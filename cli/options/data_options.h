/// @file
/// `--data` and how its samples are turned into a network's input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/option_set.h"
#include "cli/options/text_options.h"
#include "engine/networks/weights.h"
#include "loaders/images/open_dataset.h"
#include "loaders/pixels/preprocess.h"

namespace dpac::cli {

/// What is not given is left to the preset.
struct DataOptions {
  std::string data = {}, labels = {}, class_map = {};
  std::optional<int> label_offset = {};
  DataPart part = DataPart::test;  ///< Of data that hold test and training samples.
  std::optional<int64_t> limit = {};
  std::optional<std::string> preset = {}, channel_order = {}, interpolation = {};
  std::optional<int> resize = {}, crop = {};  ///< Pixels, 0 for off.
  std::vector<float> mean = {}, std = {};     ///< One value, or one per channel; empty where not given.
  std::optional<double> value_scale = {};
  TextOptions text = {};

  /// There is something to read, be it a sentence.
  [[nodiscard]] bool any() const { return !data.empty() || !text.sentences.empty(); }

  /// Name of an option for images that was given; null for none.
  [[nodiscard]] const char* given_for_images() const;
};

/// What `--data` and `--limit` are for, in a command of its own.
struct DataHelp {
  std::string data =
      "Images: ImageFolder tree, flat folder with --labels, CIFAR binary, IDX pair, or HDF5 with images and "
      "labels. "
      "Text: TSV, CSV, JSON lines, or a sentence a line";
  std::string limit = "Samples to use, spread evenly over the data set [all]";
};

/// `--data`, which it returns, `--limit` and all about images and text.
DeclaredOption add_data_options(OptionSet& set, DataOptions& options, const DataHelp& help = {});

/// `--data`, `--limit` and all about text; `--data` is not required.
void add_text_data_options(OptionSet& set, DataOptions& options);

/// How the data set that the options name is to be read, for a network with so many outputs.
DatasetSettings dataset_settings(const DataOptions& options, std::optional<int> outputs);

/// The preset with what the weights say and what else was given; `files` as for preset().
/// @throws UsageError naming an option.
Preprocessing preprocessing_of(const DataOptions& options, const std::string& preset_name,
                               const PreprocessingTraits& known, bool files);

}  // namespace dpac::cli
