/// @file
/// torchvision's ImageFolder: one folder of images per class.
#pragma once

#include <filesystem>
#include <memory>

#include "loaders/images/dataset.h"

namespace dpac {

/// Classes are the folders directly in `root`, numbered in sorted order; a class's images are the files with
/// an image extension anywhere below its folder, folder by folder in sorted order. Other files are skipped.
/// @throws Error if there is no class, or a class without images, or an image beside the class folders.
std::unique_ptr<ImageDataset> open_image_folder(const std::filesystem::path& root);

}  // namespace dpac
