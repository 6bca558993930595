/// @file
/// What Keras's layers become in a graph, in parts. For .cpp files of the loaders only: it brings in
/// nlohmann/json.hpp.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "loaders/keras/keras_builder.h"

namespace dpac {

using KerasOperations = std::map<std::string, void (*)(KerasBuilder&)>;

KerasOperations keras_windows();     ///< Convolutions, pools, padding.
KerasOperations keras_arithmetic();  ///< Normalisation, sums, products, scales.
KerasOperations keras_activations();
KerasOperations
keras_shapes();  ///< Dense layers, reshaping, concatenation, and what is nothing at inference.

/// Whether a layer is nothing at inference.
bool is_idle_keras_layer(const std::string& type);

/// scale x + offset: what a call makes of its only tensor x.
struct KerasScale {
  double scale = 1, offset = 0;
};

/// Of a sum, product, difference or quotient of a tensor and a number, as a layer, a function of Keras 3 or
/// one of TensorFlow; unset for any other call.
std::optional<KerasScale> keras_scale(const KerasCall& call);

/// @throws Error if the current layer's class is not known, as the end of a sentence about the layer.
void check_keras_operation(const KerasBuilder& builder);

/// Adds the current layer. @throws Error, as the end of a sentence about the layer.
void run_keras_operation(KerasBuilder& builder);

/// Makes the current layer's value of a map of the layer's, by the activation that its configuration names.
void set_activated(KerasBuilder& builder, int node, bool flat);

/// The constants of an entry, of one value or one for each channel. @throws Error for others.
std::vector<double> keras_numbers(const KerasBuilder& builder, const std::string& key, std::size_t channels);

}  // namespace dpac
