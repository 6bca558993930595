/// @file
/// The arrays of a Keras model's layers, in an HDF5 file of either layout. For the loaders' own use.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "loaders/hdf5/hdf5_file.h"
#include "loaders/keras/keras_model.h"
#include "loaders/weights/stored_array.h"

namespace dpac {

class KerasArrays {
 public:
  /// @throws Error if the file has neither layout, or kernels that are flipped (Keras's Theano backend).
  explicit KerasArrays(std::shared_ptr<const Hdf5File> file);

  /// Those of a layer, in the order in which Keras has its variables; none of them read yet. None for a layer
  /// that has none.
  /// @throws Error where it is not clear which arrays are the layer's: as the end of a sentence that begins
  /// with the layer's name.
  [[nodiscard]] std::vector<StoredArray> find(const KerasPlace& place) const;

 private:
  [[nodiscard]] std::vector<std::string> numbered(const KerasPlace& place) const;
  [[nodiscard]] std::vector<std::string> named(const KerasPlace& place) const;

  std::shared_ptr<const Hdf5File> file_;
  std::string root_;
  bool numbered_ = false;  ///< Keras 3's: groups of the layers' classes, arrays called 0, 1, ...
};

}  // namespace dpac
