/// @file
/// Images that a caller holds in memory, or makes.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/ops/value.h"
#include "kernels/api.h"
#include "loaders/pixels/image.h"

namespace dpac {

/// Images, as the network takes them or in pixels, and their classes.
struct DPAC_API ImageArrays {
  int64_t size = 0;     ///< Number of images.
  MapShape shape = {};  ///< Of every image that `load` gives.
  /// Writes the image of an index in [0, size), preprocessed, to [C, H, W] floats. Called by one thread at a
  /// time.
  std::function<void(int64_t index, std::span<float> image)> load = {};
  /// In place of `shape` and `load`: makes the image of an index, which is then preprocessed as those of an
  /// HDF5 file would be. Called by several threads at once.
  std::function<Image(int64_t index)> load_pixels = {};
  std::vector<int> labels = {};  ///< [size]; empty where there are none.
  std::string name = "images";   ///< What messages call them: "images[3]".

  [[nodiscard]] bool in_pixels() const { return load_pixels != nullptr; }

  /// @throws Error if there are no images, or not as many labels.
  void check() const;
};

}  // namespace dpac
