/// @file
/// PyTorch's element types.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "loaders/weights/float_bytes.h"

namespace dpac {

struct TorchType {
  std::string_view name;     ///< "float32", of torch.float32.
  std::string_view storage;  ///< "FloatStorage", the class of its storages; empty for types without one.
  int64_t bytes;             ///< Of one element.
  bool integer;
  std::optional<FloatType> floating;  ///< Set for the types that weights may have.
};

/// Null where there is no such type or class.
const TorchType* torch_type_named(std::string_view name);
const TorchType* torch_type_stored_as(std::string_view storage);

}  // namespace dpac
