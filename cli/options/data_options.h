/// @file
/// `--data` and how its images are turned into a network's input.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/options/output_options.h"
#include "engine/tensor.h"
#include "loaders/dataset.h"
#include "loaders/preprocess.h"

namespace dpac::cli {

/// What is not given is left to the preset.
struct DataOptions {
  std::string data = {}, labels = {};
  std::optional<int64_t> limit = {};
  std::optional<std::string> preset = {}, channel_order = {};
  std::optional<int> resize = {}, crop = {};  ///< Pixels, 0 for off.
  std::vector<float> mean = {}, std = {};     ///< One value, or one per channel; empty where not given.
  std::optional<double> value_scale = {};
};

/// Images ready to be read.
struct OpenedData {
  std::unique_ptr<ImageDataset> images;
  std::string preset;
  Preprocessing preprocessing;
  std::vector<int64_t> samples;  ///< Indices in the data set that are used, ascending.
};

void add_data_options(CLI::App& app, DataOptions& options);

/// `default_preset` is used where the user chose none.
/// @throws Error naming the path or option.
OpenedData open_data(const DataOptions& options, const std::string& default_preset);

/// Says which preset was used where the user chose none: beside the result, so that a failed command leaves
/// nothing but its error on stderr.
void notice_preset(const DataOptions& options, const OpenedData& data, const OutputOptions& output);

/// [H, W] of the images the data gives: the crop's size, or for arrays, which are all of one size, that. None
/// for image files without a crop: the network decides, and they have to fit.
std::optional<Shape> image_size(const OpenedData& data);

/// Paths, samples and the preprocessing in force.
void write(const DataOptions& options, const OpenedData& data, nlohmann::ordered_json& json);

}  // namespace dpac::cli
