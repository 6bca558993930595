/// @file
/// CIFAR-10's binary form: records of one label byte and 32x32 pixels as an R, a G and a B plane.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "loaders/images/dataset.h"

namespace dpac {

/// Bytes of one record: label, then 3 planes of 32x32.
inline constexpr int64_t kCifarRecordBytes = 1 + 3 * 32 * 32;

/// The files' records one after the other. They stay in memory: 31 MB per 10,000 samples.
/// @throws Error if a file is empty, no whole number of records, or has a label over 9.
std::unique_ptr<ImageDataset> open_cifar(const std::vector<std::filesystem::path>& files);

}  // namespace dpac
