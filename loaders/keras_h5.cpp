#include "loaders/formats.h"
#include "loaders/keras_layers.h"

namespace dpac {

Checkpoint read_keras(const Hdf5File& file) {
  const KerasFile keras = read_keras_layers(file);
  if (!keras.model_config.empty()) return from_keras_config(keras);
  if (auto checkpoint = from_keras_names(keras)) return std::move(*checkpoint);
  return from_keras_order(keras);
}

}  // namespace dpac
