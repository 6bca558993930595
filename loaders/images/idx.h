/// @file
/// IDX, the form of MNIST: a file of images and one of labels, plain or gzip-compressed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "loaders/images/dataset.h"
#include "loaders/images/folder.h"

namespace dpac {

/// Whether a file's first four bytes are those of IDX images or labels (uint8 with 3 or 1 dimensions).
bool is_idx_start(std::span<const uint8_t> start);

/// Opens a pair by either file; the other one lies beside it and is called the same but for "images-idx3" and
/// "labels-idx1" ("images.idx3", "labels.idx1"), with or without .gz. Both stay in memory.
/// @throws Error if the partner is absent, a file is damaged, or the counts of images and labels differ.
std::unique_ptr<ImageDataset> open_idx(const std::filesystem::path& file);

/// The image files of the IDX pairs among a folder's sorted entries; one of a plain and a compressed twin.
std::vector<std::filesystem::path> idx_pairs(const std::vector<FolderEntry>& entries);

}  // namespace dpac
