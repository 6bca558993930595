/// @file
/// What a loader hands to the engine: named tensors, and what the file says about the network besides them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/networks/image_traits.h"
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
