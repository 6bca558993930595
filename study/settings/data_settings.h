/// @file
/// Which samples a network is given, and how they become its input.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/networks/image_traits.h"
#include "kernels/api.h"
#include "loaders/images/open_dataset.h"
#include "loaders/pixels/preprocess.h"
#include "loaders/text/casing.h"
#include "study/data/image_arrays.h"

namespace dpac {

/// What a data set of text needs to be told.
struct DPAC_API TextSettings {
  std::string vocab = {};  ///< A vocab.txt or tokenizer.json; empty for what lies beside the weights.
  bool cased = false, uncased = false;  ///< At most one of both.
  std::string task = {};                ///< Of GLUE: "mnli"; empty for none.
  std::vector<std::string> columns = {};
  std::vector<std::string> classes = {};      ///< Names of the network's outputs, in their order.
  std::vector<std::string> label_names = {};  ///< "found=stands for", each.
  bool skip_bad_rows = false;
  std::optional<int64_t> pad_to = {};
  std::vector<std::string> sentences = {};  ///< One, or a pair, in place of a file.

  [[nodiscard]] std::optional<Casing> casing() const;

  /// Name of a setting that was given; null for none.
  [[nodiscard]] const char* given() const;
};

/// What is not given is left to the preset, and the preset to the weights.
struct DPAC_API DataSettings {
  std::string data = {};    ///< A folder or file, of images or of text.
  std::string labels = {};  ///< A name and a class per line, for a flat folder.
  std::string class_map = {};
  std::optional<int> label_offset = {};
  DataPart part = DataPart::test;     ///< Of data that hold test and training samples.
  std::optional<int64_t> limit = {};  ///< Samples to use, spread evenly over the data set.
  std::optional<std::string> preset = {}, channel_order = {}, interpolation = {};
  std::optional<int> resize = {}, crop = {};  ///< Pixels, 0 for off.
  std::vector<float> mean = {}, std = {};     ///< One value, or one per channel; empty where not given.
  std::optional<double> value_scale = {};
  TextSettings text = {};
  /// Images in memory, in place of files; preprocessed ones, in place of all but `limit`.
  std::shared_ptr<const ImageArrays> arrays = {};

  /// Whether images are in memory, as the network takes them.
  [[nodiscard]] bool preprocessed() const { return arrays && !arrays->in_pixels(); }

  /// There is something to read, be it a sentence or in memory.
  [[nodiscard]] bool any() const { return !data.empty() || !text.sentences.empty() || arrays != nullptr; }

  /// Name of a setting for images that was given; null for none.
  [[nodiscard]] const char* given_for_images() const;

  /// @throws SettingError for settings beside images in memory, on which they cannot act.
  void check_arrays() const;
};

/// All images in memory; those in pixels are preprocessed as `like` says.
DataSettings settings_of_arrays(std::shared_ptr<const ImageArrays> arrays, const DataSettings& like);

/// How the data set is to be read, for a network with so many outputs.
DatasetSettings dataset_settings(const DataSettings& settings, std::optional<int> outputs);

/// The preset with what the weights say and what else was given; `files` as for preset().
/// @throws SettingError naming the setting.
Preprocessing preprocessing_of(const DataSettings& settings, const std::string& preset_name,
                               const PreprocessingTraits& known, bool files);

}  // namespace dpac
