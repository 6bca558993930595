/// @file
/// Opens weight files: the one door for every format.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "engine/weights.h"

namespace dpac {

/// Reads a checkpoint whose format is found by its content: a PyTorch state_dict in HDF5 (flat or nested
/// names, any float type), Keras weights or a full Keras model in HDF5 (Keras 1, 2 and 3), or safetensors.
/// @throws Error naming file and dataset if it is none of these, damaged, or holds values that are not
/// finite.
Checkpoint open_checkpoint(const std::filesystem::path& path);

/// The same for an HDF5 file held in memory; `name` stands for its path in messages.
Checkpoint open_checkpoint_image(std::span<const std::byte> image, const std::string& name);

}  // namespace dpac
