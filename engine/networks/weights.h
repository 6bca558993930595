/// @file
/// What a loader hands to the engine: named tensors, and what the file says about the network besides them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/networks/left_out.h"
#include "engine/networks/topology.h"
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

  /// The values of a weight that is there, which keeps its shape alone.
  Tensor take(std::string_view name);

  /// Null where there is none.
  [[nodiscard]] const Tensor* find(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

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
  /// Set where the file says how the network is connected; `weights` is empty then.
  std::shared_ptr<const Topology> topology = {};
  std::optional<BertTraits> bert = {};         ///< Set for a BERT encoder, whose `traits` mean nothing.
  std::vector<std::string> weight_files = {};  ///< Paths: one, or all shards. None for a file in memory.
  std::vector<std::string> side_files = {};    ///< Paths of what else was read: an index, configurations.
  std::vector<LeftOut> left_out = {};          ///< What is in the files and was not taken.
  std::vector<std::string> assumed =
      {};  ///< Sentences: what the files do not say and the loader had to choose.
};

}  // namespace dpac
