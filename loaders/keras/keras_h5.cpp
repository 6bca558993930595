#include "loaders/keras/keras_layers.h"
#include "loaders/keras/keras_topology.h"
#include "loaders/weights/formats.h"

namespace dpac {

Checkpoint read_keras(const std::shared_ptr<const Hdf5File>& file, int64_t stored_bytes) {
  if (file->has_attribute("", "model_config")) return read_keras_model(file, stored_bytes);
  const KerasFile keras = read_keras_layers(*file, stored_bytes);
  if (auto checkpoint = from_keras_names(keras)) return std::move(*checkpoint);
  return from_keras_order(keras);
}

}  // namespace dpac
