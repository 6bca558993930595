#include "loaders/keras/keras_layers.h"
#include "loaders/weights/formats.h"

namespace dpac {

Checkpoint read_keras(const Hdf5File& file, int64_t stored_bytes) {
  const KerasFile keras = read_keras_layers(file, stored_bytes);
  if (!keras.model_config.empty()) return from_keras_config(keras);
  if (auto checkpoint = from_keras_names(keras)) return std::move(*checkpoint);
  return from_keras_order(keras);
}

}  // namespace dpac
