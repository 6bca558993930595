/// @file
/// The layers of a Keras HDF5 file of weights alone, whichever of Keras's layouts it has (docs/formats.md
/// section 1). For the loaders' own use.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "engine/networks/weights.h"
#include "loaders/hdf5/hdf5_file.h"
#include "loaders/weights/stored_array.h"

namespace dpac {

/// A layer with weights, none of them read yet. They are in Keras's layouts: convolution [kh, kw, in, out],
/// dense [in, out].
struct KerasLayer {
  /// A normalization has a mean and a variance of the training images.
  enum class Kind { convolution, batchnorm, dense, normalization };

  std::string name;
  Kind kind = Kind::convolution;
  std::optional<StoredArray> kernel, bias;                 // Convolution and dense.
  std::optional<StoredArray> gamma, beta, mean, variance;  // BatchNorm; gamma and beta may be absent.
  bool counts = false;                                     // Normalization: it has a number of samples.
};

struct KerasFile {
  std::string path;
  std::string format;              ///< For people.
  bool named = true;               ///< Else layers bear their class and a counter (Keras 3 before 3.6).
  std::vector<KerasLayer> layers;  ///< In the order of model.layers.
};

bool is_keras(const Hdf5File& file);

/// @throws Error for kernels that are flipped: those of Keras's Theano backend.
void check_keras_backend(const Hdf5File& file, const std::string& group);

/// The attribute `layer_names` or `weight_names` of a group. Those longer than HDF5 allows are split into
/// name0, name1, ... @throws Error if there is none.
std::vector<std::string> keras_list(const Hdf5File& file, const std::string& group, const std::string& name);

/// `stored_bytes` is what is stored of the file, which must outlive the layers.
/// @throws Error naming the dataset of a layer that is of no kind above, or if the weights need far more
/// memory than is stored.
KerasFile read_keras_layers(const Hdf5File& file, int64_t stored_bytes);

/// Builds a checkpoint out of Keras layers, in PyTorch's names and layouts.
class KerasAssembler {
 public:
  explicit KerasAssembler(const KerasFile& file);

  /// `bn` may be null; `conv_path` and `bn_path` are torchvision module paths ("layer1.0.conv1",
  /// "layer1.0.bn1").
  void add_convolution(const KerasLayer& conv, const KerasLayer* bn, const std::string& conv_path,
                       const std::string& bn_path);
  void add_dense(const KerasLayer& dense);

  /// The same by numbers: the block's k-th convolution, 0 for the projection.
  void add_block_convolution(const KerasLayer& conv, const KerasLayer* bn, int stage, int block, int k);

  Checkpoint checkpoint;
};

/// The two ways to find out which layer of a ResNet is which where the file has weights alone; each sets the
/// checkpoint's traits too.
std::optional<Checkpoint> from_keras_names(const KerasFile& file);  ///< Unset for names it does not know.
Checkpoint from_keras_order(const KerasFile& file);

}  // namespace dpac
