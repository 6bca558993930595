/// @file
/// Files of torch.save (.pth, .pt, .bin), read without Python and without running anything in them.
#pragma once

#include <filesystem>
#include <string_view>

#include "loaders/weights/stored_array.h"

namespace dpac {

/// Whether a file that begins with `start` is a zip archive with a pickle, a legacy pickle of torch.save, or
/// a tar archive.
bool is_torch_file(const std::filesystem::path& path, std::string_view start);

/// All tensors in the dicts of the file, their keys joined by dots: "state_dict.module.conv1.weight".
/// @throws Error if torch.save did not write the file, it is damaged, or there is no tensor where one can be
/// reached without running the file's own code.
ArrayFile read_torch_file(const std::filesystem::path& path, std::string_view start);

}  // namespace dpac
