/// @file
/// Opens weight files: the one door for every format.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "engine/networks/weights.h"

namespace dpac {

/// Reads a checkpoint: a file, an index or any of several shards, or a folder with one of these
/// (find_weight_files() says which). The format is found by the content: safetensors; a state_dict or
/// checkpoint of torch.save, of any version, in which no code is run; a PyTorch state_dict in HDF5 (flat or
/// nested names, any float type); a full Keras model in HDF5 or an archive (.keras), or Keras weights in HDF5
/// (Keras 1, 2 and 3); an ONNX model; or Hugging Face's tf_model.h5.
///
/// A file with word embeddings is a BERT encoder, whose heads, epsilon and labels are taken from `config`
/// (the path of a Hugging Face config.json), else from the text in the HDF5 file's own attribute `config`,
/// else from a config.json beside the file. How an encoder without a classifier pools its tokens is taken
/// from sentence-transformers' files beside it (sentence_pooling.h). What a ResNet's weights cannot say is
/// taken from a config.json of timm or Hugging Face in the same way, from a preprocessor_config.json beside
/// it, and from attributes of an HDF5 file.
///
/// Checkpoint::left_out and Checkpoint::assumed say what was not taken and what had to be chosen.
/// @throws Error naming file and dataset if it is none of these, damaged, or holds values that are not
/// finite, and naming the config if it is malformed, does not fit the weights or describes another network.
Checkpoint open_checkpoint(const std::filesystem::path& path,
                           const std::optional<std::filesystem::path>& config = std::nullopt);

/// The same for an HDF5 file held in memory; `name` stands for its path in messages. Nothing lies beside it.
Checkpoint open_checkpoint_image(std::span<const std::byte> image, const std::string& name);

}  // namespace dpac
