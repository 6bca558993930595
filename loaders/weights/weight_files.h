/// @file
/// Which files make up a checkpoint: a file, all shards of one, or what a folder has.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/networks/left_out.h"

namespace dpac {

struct WeightFiles {
  std::vector<std::filesystem::path> parts;   ///< With weights: one, or all shards in order.
  std::vector<std::filesystem::path> others;  ///< What was read to find them: an index.
  std::vector<LeftOut> left_out;              ///< Other weight files of the folder.

  /// Where side files such as config.json lie.
  [[nodiscard]] std::filesystem::path folder() const { return parts.front().parent_path(); }
};

/// The files behind a path:
/// - a Hugging Face index ("model.safetensors.index.json") or any of the shards
/// ("model-00002-of-00003.safetensors"):
///   all shards;
/// - a folder: the first of model.safetensors, its index, pytorch_model.bin, its index, tf_model.h5,
/// model.pth and
///   model.pt, or else the only weight file in it;
/// - any other file: itself.
/// @throws Error if there is nothing, a shard is missing, an index is malformed or leads out of its folder,
/// or it is not clear which file of a folder is meant; then with the names of at most five.
WeightFiles find_weight_files(const std::filesystem::path& given);

}  // namespace dpac
