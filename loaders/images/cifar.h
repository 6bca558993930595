/// @file
/// CIFAR's binary form: records of label bytes and 32x32 pixels as an R, a G and a B plane.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "loaders/images/dataset.h"
#include "loaders/images/folder.h"
#include "loaders/images/open_dataset.h"

namespace dpac {

/// The *.bin files in a folder, but for litter, in the order of the entries.
std::vector<std::filesystem::path> cifar_files(const std::vector<FolderEntry>& entries);

/// The file's records; they stay in memory, 31 MB per 10,000 samples. CIFAR-100 has its 100 fine labels, but
/// its 20 coarse ones for a network of 20 outputs.
/// @throws Error if the file is empty or no whole number of records, or has a label that is no class.
std::unique_ptr<ImageDataset> open_cifar(const std::filesystem::path& file, std::optional<int> outputs);

/// The records of the folder's files one after the other. If some are called "test" and others "train" or
/// "data_batch", as in the official archives, only those of `part` are read, and the report says so.
/// @throws Error as above, or if the files are partly CIFAR-10 and partly CIFAR-100.
std::unique_ptr<ImageDataset> open_cifar_folder(const std::filesystem::path& folder,
                                                const std::vector<std::filesystem::path>& files,
                                                const DatasetSettings& settings);

}  // namespace dpac
