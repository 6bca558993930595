/// @file
/// `--data` and how its samples are turned into a network's input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/options/text_options.h"
#include "loaders/images/preprocess.h"

namespace dpac::cli {

/// What is not given is left to the preset.
struct DataOptions {
  std::string data = {}, labels = {};
  std::optional<int64_t> limit = {};
  std::optional<std::string> preset = {}, channel_order = {};
  std::optional<int> resize = {}, crop = {};  ///< Pixels, 0 for off.
  std::vector<float> mean = {}, std = {};     ///< One value, or one per channel; empty where not given.
  std::optional<double> value_scale = {};
  TextOptions text = {};

  /// There is something to read, be it a sentence.
  [[nodiscard]] bool any() const { return !data.empty() || !text.sentences.empty(); }

  /// Name of an option for images that was given; null for none.
  [[nodiscard]] const char* given_for_images() const;
};

/// `--data`, `--limit` and all about images and text.
void add_data_options(CLI::App& app, DataOptions& options);

/// `--data`, `--limit` and all about text; `--data` is not required.
void add_text_data_options(CLI::App& app, DataOptions& options);

/// The preset with what else was given; `files` as for preset(). @throws Error naming an option.
Preprocessing preprocessing_of(const DataOptions& options, const std::string& preset_name, bool files);

}  // namespace dpac::cli
