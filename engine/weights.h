/// @file
/// What a loader hands to the engine: named tensors, and what the file says about the network besides them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tensor.h"

namespace dpac {

/// Named tensors of one checkpoint, in PyTorch's terms whatever file they came from: torchvision module paths
/// ("layer1.0.conv1.weight", "layer1.0.downsample.1.running_var", "fc.bias") and PyTorch layouts
/// (convolution [out, in, kh, kw], fully connected [out, in]).
class WeightStore {
 public:
  struct Entry {
    Tensor tensor;
    std::string origin;  ///< The dataset's path in the file, for messages.
  };

  /// @throws Error if the name is taken.
  void add(std::string name, Tensor tensor, std::string origin);

  /// Null where there is none.
  [[nodiscard]] const Tensor* find(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

/// How a convolution or pool pads its input.
enum class Padding {
  symmetric,  ///< k / 2 zeros on every side (PyTorch; Keras with an explicit ZeroPadding2D).
  same,       ///< TensorFlow's SAME: output ceil(n / stride), the odd zero at the bottom and right.
};

/// What the shapes of a ResNet's weights cannot say. The defaults are torchvision's.
struct ResNetTraits {
  double batchnorm_epsilon = 1e-5;
  bool stride_in_first_conv = false;  ///< Bottleneck stride in the first 1x1 (Keras v1), not the 3x3 (v1.5).
  Padding padding = Padding::symmetric;
  std::optional<int> stem_stride;      ///< Unset: 2 under a 7x7 stem, else 1.
  std::optional<bool> stem_pool;       ///< 3x3/2 max pool behind the stem. Unset: under a 7x7 stem only.
  std::vector<int> block_strides;      ///< One per block. Empty: 2 in the first block of stages 2, 3, ...
  std::optional<Shape> input_size;     ///< [H, W], where the file fixes it.
  std::string preset = "torchvision";  ///< Preprocessing that fits the file: a name that preset() knows.
};

/// How the last layer's tokens become the one embedding of an encoder without a classifier.
enum class SentencePooling {
  mean,         ///< The average of the real tokens.
  first_token,  ///< That of [CLS], without a pooler.
};

/// What the shapes of a BERT encoder's weights cannot say. The defaults are Hugging Face's.
struct BertTraits {
  std::optional<int64_t> heads;  ///< Unset where neither the file nor a config.json says it.
  double layer_norm_epsilon = 1e-12;
  std::vector<std::string> labels = {};  ///< Names of the classes, in order; empty where nothing says them.
  SentencePooling pooling = SentencePooling::mean;
};

/// An opened weight file.
struct Checkpoint {
  std::string path;
  std::string format;  ///< For people: "PyTorch state_dict in HDF5", "Keras 3 weights", ...
  WeightStore weights;
  ResNetTraits traits;
  std::optional<BertTraits> bert = {};  ///< Set for a BERT encoder, whose `traits` mean nothing.
  std::vector<std::string> assumed =
      {};  ///< Sentences: what the files do not say and the loader had to choose.
};

}  // namespace dpac
