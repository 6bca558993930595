/// @file
/// What a Keras model does to pixels before all else. For .cpp files of the loaders only: it brings in
/// nlohmann/json.hpp.
#pragma once

#include <vector>

#include "engine/networks/weights.h"
#include "loaders/keras/keras_arrays.h"
#include "loaders/keras/keras_model.h"

namespace dpac {

struct KerasPreprocessing {
  PreprocessingTraits traits;  ///< Unset where the model takes pixels as something before it prepared them.
  std::vector<bool> calls;     ///< Which calls of the model are in it, and no part of its graph.
};

/// Rescaling and Normalization layers, and sums and products with numbers, between the input and whatever
/// else reads it. One that cannot be expressed as y = (pixel * value_scale - mean[c]) / std[c] stays in the
/// graph, and the traits say that it reads pixels.
/// @throws Error if their numbers are not finite together, or those in the file cannot be read.
KerasPreprocessing find_keras_preprocessing(const KerasModel& model, const KerasArrays& arrays);

}  // namespace dpac
