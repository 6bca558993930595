/// @file
/// From a decoded image to the floats a network takes, by torchvision's rules (docs/formats.md section 4).
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "kernels/api.h"
#include "loaders/pixels/image.h"
#include "loaders/pixels/interpolation.h"

namespace dpac {

/// Resize the shorter side, crop the centre, normalise: y = (pixel * value_scale - mean[c]) / std[c].
struct Preprocessing {
  int resize = 0;  ///< New length of the shorter side; 0: off.
  int crop = 0;    ///< Side of the square cut out of the centre; 0: off.
  Interpolation interpolation = Interpolation::bilinear;  ///< Of the resize.
  std::array<float, 3> mean = {0.0f, 0.0f, 0.0f};  ///< In the order of the network's channels, as is `std`.
  std::array<float, 3> std = {1.0f, 1.0f, 1.0f};
  double value_scale = 1.0;  ///< In double: pixel * (1.0 / 255) rounded to float is pixel / 255.0f, always.
  bool bgr = false;          ///< The network's channels are B, G, R.
};

/// The defaults of a preset, the command line's `--preset`: "torchvision", "keras-caffe", "cifar" or "plain".
/// torchvision and keras-caffe resize to 256 and crop 224, but only for image files: without `files`, resize
/// and crop are 0.
/// @throws Error for another name.
DPAC_API Preprocessing preset(std::string_view name, bool files);

/// The `resize` that timm's `crop_pct` stands for: floor(crop / crop_pct), 256 for 224 and 0.875.
/// @throws Error unless crop_pct is above 0 and at most 1.
DPAC_API int resize_for_crop(int crop, double crop_pct);

/// Size of what preprocess() gives for an image of `size`.
/// @throws Error if the resized image would have more than kMaxImagePixels.
DPAC_API ImageSize output_size(ImageSize size, const Preprocessing& how);

/// The first half of preprocess(): the pixels it normalises, of output_size(). A crop larger than the image
/// pads it with pixels of value 0.
DPAC_API Image resize_and_crop(const Image& image, const Preprocessing& how);

/// The second half: writes the pixels, normalised, to dst, [channels, H, W]. A grey image is replicated for
/// `channels` = 3; for 1, mean[0] and std[0] count. In float32, operation by operation, so it has PyTorch's
/// bits.
/// @throws Error for a colour image where `channels` is 1, or if dst has another size.
DPAC_API void normalise(const Image& pixels, const Preprocessing& how, int channels, std::span<float> dst);

/// Both halves. Like them, thread-safe.
DPAC_API void preprocess(const Image& image, const Preprocessing& how, int channels, std::span<float> dst);

}  // namespace dpac
