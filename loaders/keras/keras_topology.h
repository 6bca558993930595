/// @file
/// Keras models as graphs. For the loaders' own use.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "engine/networks/weights.h"
#include "loaders/hdf5/hdf5_file.h"

namespace dpac {

/// A model in HDF5, with the attribute `model_config`. `stored_bytes` is what is stored of the file.
/// @throws Error if the configuration is malformed or of no Sequential or Functional model of images; layers
/// that cannot be run are told when the graph is built.
Checkpoint read_keras_model(const std::shared_ptr<const Hdf5File>& file, int64_t stored_bytes);

/// Whether a file that begins with `start` is a zip archive with a Keras model's configuration.
bool is_keras_archive(const std::filesystem::path& path, std::string_view start);

/// A model as Keras 3 saves it by default (.keras). @throws Error as above, and for a damaged archive.
Checkpoint read_keras_archive(const std::filesystem::path& path);

}  // namespace dpac
