/// @file
/// Images of all classes in one folder, with a file that tells their classes, as ImageNet's validation set
/// comes.
#pragma once

#include <filesystem>
#include <memory>

#include "loaders/images/dataset.h"

namespace dpac {

/// Images are the files with an image extension directly in `folder`, sorted by name. Lines of `labels` are
/// "ILSVRC2012_val_00000001.JPEG 65": name, blanks, a tab or a comma, class number; empty lines are skipped.
/// @throws Error for a malformed line, a name without a file, a file without a line, or a name given twice.
std::unique_ptr<ImageDataset> open_flat_folder(const std::filesystem::path& folder,
                                               const std::filesystem::path& labels);

}  // namespace dpac
