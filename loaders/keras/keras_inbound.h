/// @file
/// What Keras's inbound_nodes say, in any version's form. For .cpp files of the loaders only: it brings in
/// nlohmann/json.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace dpac {

/// An output of an application of a layer, counted from 0.
struct KerasReference {
  std::string layer;
  int64_t application = 0, output = 0;
};

using KerasInbound = std::variant<KerasReference, double>;

/// What one application of a layer reads, in order: [name, 0, 0] and, behind it, keyword arguments in Keras
/// 1 and 2; "__keras_tensor__" objects and numbers among `args` in Keras 3.
std::vector<KerasInbound> keras_inbound(const nlohmann::json& application);

/// The references among it.
std::vector<KerasReference> keras_references(const nlohmann::json& value);

}  // namespace dpac
