/// @file
/// The readers behind open_checkpoint(), each of one kind of file, and what they share. For the loaders' own
/// use.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/networks/weights.h"
#include "loaders/hdf5/hdf5_file.h"
#include "loaders/weights/stored_array.h"

namespace dpac {

/// Keras 1, 2 and 3; keras_layers.h says whether a file is one. `stored_bytes` is what is stored of it.
Checkpoint read_keras(const std::shared_ptr<const Hdf5File>& file, int64_t stored_bytes);

/// Datasets named after PyTorch modules. Where there is a group `state_dict` or `model_state_dict`, only what
/// is in it counts: beside it lie images and labels, or what a training run keeps. `file` must outlive the
/// arrays.
ArrayFile read_torch_h5(const Hdf5File& file);

ArrayFile read_safetensors(const std::filesystem::path& path);

/// A dataset that must hold floating-point numbers: whatever holds integers is no weight, or quantised.
Tensor read_weight(const Hdf5File& file, const std::string& path);

/// From Keras's layout of a kernel to PyTorch's: [kh, kw, in, out] -> [out, in, kh, kw], and
/// [in, out] -> [out, in].
Tensor to_torch_layout(const Tensor& keras);

}  // namespace dpac
