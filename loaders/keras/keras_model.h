/// @file
/// The configuration of a Keras model as plain data: its layers one after another, those of models inside it
/// among them. For .cpp files of the loaders only: it brings in nlohmann/json.hpp.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/tensor.h"

namespace dpac {

/// Where the weights of a layer are.
struct KerasPlace {
  std::vector<std::string> names;  ///< Its own and before it those of the models it is in, outermost first.
  std::string group;  ///< In Keras 3's layout, below the root: "layers/functional/layers/conv2d_1".
};

/// What a layer reads: the output of a call, by its position, or a number.
using KerasArgument = std::variant<int, double>;

/// A layer applied to something.
struct KerasCall {
  KerasPlace place;
  std::string name;  ///< "backbone.conv1".
  std::string type;  ///< Its class.
  nlohmann::json config;
  std::vector<KerasArgument> inputs;
  bool shared = false;   ///< The layer is applied more than once.
  bool foreign = false;  ///< Its class is none of Keras's own, whatever it is called.
};

/// A model of one input.
struct KerasModel {
  std::string file;
  int version = 0;                 ///< Of Keras: 1, 2 or 3.
  std::vector<std::string> names;  ///< The model's own, then those of models inside it.
  Shape image;                     ///< [H, W, C] of the input; -1 where it is open.
  std::vector<KerasCall> calls;  ///< What the output depends on, all behind what they read; the input first.
  int output = 0;
  std::size_t outputs = 1;  ///< The model has; the first is meant.
};

/// `where` names the configuration in messages: "x.h5: attribute 'model_config'".
/// @throws Error if it is malformed, of no Sequential or Functional model of one input of images, or its
/// layers do not depend on each other in an order.
KerasModel parse_keras_model(const std::string& config, std::string file, const std::string& where,
                             int version);

}  // namespace dpac
