/// @file
/// torchvision's ImageFolder: one folder of images per class.
#pragma once

#include <filesystem>
#include <memory>

#include "loaders/images/class_numbers.h"
#include "loaders/images/dataset.h"

namespace dpac {

/// Classes are the folders directly in `root`, but for litter (folder.h), numbered by number_classes(). A
/// class's images are the files of ImageFilter anywhere below its folder, folder by folder in sorted order;
/// samples are in the sorted order of class folders. What is left out is in the report.
/// @throws Error if there is no class, a class without images, an image beside the class folders, or a folder
/// that a link leads to twice below one class.
std::unique_ptr<ImageDataset> open_image_folder(const std::filesystem::path& root, const ClassRule& rule);

}  // namespace dpac
