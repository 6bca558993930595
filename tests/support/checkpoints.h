/// @file
/// Small weight files for tests of the loaders.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/networks/weights.h"
#include "loaders/hdf5/hdf5_writer.h"

namespace dpac::test {

/// Basic blocks in two stages with a projection, torchvision names: 32 weights.
Checkpoint small_resnet();

/// A weight's name as it is: for files that rename nothing.
std::string same(const std::string& name);

/// Writes every weight as a float32 dataset whose path `rename` makes of its name; does not commit.
void write_weights(Hdf5Writer& writer, const Checkpoint& checkpoint,
                   const std::function<std::string(const std::string&)>& rename = same);

/// An HDF5 file of every weight as a float32 dataset whose path `rename` makes of its name, and nothing else.
void write_state_dict(const std::filesystem::path& path, const Checkpoint& checkpoint,
                      const std::function<std::string(const std::string&)>& rename);

/// The same as the bytes of a safetensors file; `format` is what it says it was saved from.
std::string safetensors_of(const Checkpoint& checkpoint,
                           const std::function<std::string(const std::string&)>& rename,
                           const std::string& format = "pt");

/// The name of a weight that only one of them has or that differs; "" where they are equal.
std::string first_difference(const WeightStore& a, const WeightStore& b);

/// A whole file.
std::string bytes_of(const std::filesystem::path& path);

/// A layer as Keras's legacy weights files have it.
struct KerasArray {
  std::string name;  ///< Relative to the layer's group: "conv1_conv/kernel:0".
  Shape shape;
};
struct KerasGroup {
  std::string name;
  std::vector<KerasArray> arrays;
};

/// Random positive values, the same for the same array name. `root` is "" or "model_weights".
void write_keras(const std::filesystem::path& path, const std::string& root,
                 const std::vector<KerasGroup>& layers);

/// keras.applications' names for a bottleneck block after a 7x7 stem of 4 channels, and 3 classes.
std::vector<KerasGroup> keras_application();

/// The same under the names of deep-learning-models, arrays directly in the layers' groups.
std::vector<KerasGroup> keras_old_names();

}  // namespace dpac::test
