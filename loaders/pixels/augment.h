/// @file
/// Random crops and flips of training images.
#pragma once

#include <cstdint>
#include <string_view>

#include "kernels/split_mix.h"
#include "loaders/pixels/image.h"
#include "loaders/pixels/preprocess.h"

namespace dpac {

/// Each but `none` flips every second image, at random, after the crop.
enum class Augmentation {
  none,
  resized_crop,  ///< torchvision's RandomResizedCrop: a random window, resized to the network's input.
  shifted_crop,  ///< Four pixels of value 0 around what preprocess() crops, of which a window is cut out.
};

/// What goes with a preset, as the weights it belongs to were trained: resized_crop with "torchvision" and
/// "keras-caffe", shifted_crop with "cifar", none with "plain".
/// @throws Error for another name.
Augmentation preset_augmentation(std::string_view preset);

/// All random choices for an image are a pure function of this.
struct AugmentationKey {
  uint64_t seed = 0;
  uint64_t draw = 0;  ///< Position in the sequence of all training draws, so each visit to an image differs.
};

/// torchvision's RandomResizedCrop.get_params(): 8 to 100 % of the area, width / height of 3/4 to 4/3,
/// uniform in its logarithm; after ten windows that do not fit, the largest centred one of such a ratio. The
/// distribution is torchvision's, the random numbers are not.
Window random_resized_window(ImageSize size, SplitMix64& random);

/// A random variant of resize_and_crop(), of the same size, output_size(). Of `how`, resized_crop takes only
/// that size and the interpolation: its window is of the whole image. The same on every machine, unless
/// std::exp differs in its last bit and that bit decides a rounding, about once in 10^12 images. Thread-safe.
Image random_resize_and_crop(const Image& image, const Preprocessing& how, Augmentation kind,
                             const AugmentationKey& key);

}  // namespace dpac
