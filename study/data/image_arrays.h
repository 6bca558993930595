/// @file
/// Images that a caller holds in memory, or makes, already as the network takes them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/ops/value.h"

namespace dpac {

/// Preprocessed images and their classes.
struct ImageArrays {
  int64_t size = 0;     ///< Number of images.
  MapShape shape = {};  ///< Of every image.
  /// Writes the image of an index in [0, size) to [C, H, W] floats. Called by one thread at a time.
  std::function<void(int64_t index, std::span<float> image)> load = {};
  std::vector<int> labels = {};  ///< [size]; empty where there are none.
  std::string name = "images";   ///< What messages call them: "images[3]".
};

}  // namespace dpac
