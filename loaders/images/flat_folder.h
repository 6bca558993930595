/// @file
/// Images of all classes in one folder, with a file that tells their classes, as ImageNet's validation set
/// comes.
#pragma once

#include <filesystem>
#include <memory>

#include "loaders/images/class_numbers.h"
#include "loaders/images/dataset.h"

namespace dpac {

/// Images are the files of ImageFilter directly in `folder`, sorted by name. Rows of `labels`
/// (read_name_table) are "ILSVRC2012_val_00000001.JPEG 65": a file's name and its class, a number, or a name
/// if the rule has a class map. The labels file may lie in the folder.
/// @throws Error for a malformed row, a name without a file, a file without a row, a name given twice, or a
/// class that is no number or not in the map.
std::unique_ptr<ImageDataset> open_flat_folder(const std::filesystem::path& folder,
                                               const std::filesystem::path& labels, const ClassRule& rule);

}  // namespace dpac
