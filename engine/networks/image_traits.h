/// @file
/// What a weight file says of the images its network takes, and of a ResNet besides its weights.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/tensor.h"

namespace dpac {

/// How a convolution or pool pads its input.
enum class Padding {
  symmetric,  ///< k / 2 zeros on every side (PyTorch; Keras with an explicit ZeroPadding2D).
  same,       ///< TensorFlow's SAME: output ceil(n / stride), the odd zero at the bottom and right.
};

/// What a weight file, or a file beside it, says about the images its network takes:
/// y = (pixel * value_scale - mean[c]) / std[c] with pixels from 0 to 255. Unset or empty where it says
/// nothing, so that a preset has to be guessed.
struct PreprocessingTraits {
  std::optional<double> value_scale = {};
  std::vector<float> mean = {}, std = {};  ///< One value for all channels, or one for each.
  std::optional<bool> bgr = {};            ///< Channels are B, G, R.
  std::optional<int> resize = {};          ///< Of image files: new length of the shorter side.
  std::optional<int> crop = {};            ///< Of image files: side of the square cut out of the centre.
  std::string interpolation = {};          ///< Of the resizing: "bilinear" or "bicubic".

  friend bool operator==(const PreprocessingTraits&, const PreprocessingTraits&) = default;
};

/// What the shapes of a ResNet's weights cannot say. What is unset is assumed by build_resnet(), which says
/// so.
struct ResNetTraits {
  std::optional<double> batchnorm_epsilon;  ///< Unset: PyTorch's 1e-5.
  std::optional<bool>
      stride_in_first_conv;  ///< Bottleneck stride in the first 1x1 (Keras v1). Unset: 3x3 (v1.5).
  Padding padding = Padding::symmetric;
  std::optional<int> stem_stride;   ///< Unset: 2 under a 7x7 stem, else 1.
  std::optional<bool> stem_pool;    ///< 3x3/2 max pool behind the stem. Unset: under a 7x7 stem only.
  std::vector<int> block_strides;   ///< One per block. Empty: 2 in the first block of stages 2, 3, ...
  std::optional<Shape> input_size;  ///< [H, W], where the file fixes it.
  std::string preset =
      "torchvision";  ///< A guess at what `preprocessing` leaves open; preset() knows the name.
  PreprocessingTraits preprocessing;
};

}  // namespace dpac
