/// @file
/// What a Python pickle of torch.save consists of, as plain data: nothing in it can run code.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/tensor.h"
#include "loaders/torch/torch_types.h"

namespace dpac {

struct PickleObject;

/// None, a number, or an object of a PickleHeap. Objects may be shared, and may contain themselves.
using PickleValue = std::variant<std::monostate, bool, int64_t, double, PickleObject*>;

/// A string, or bytes.
struct PickleText {
  std::string text;
};

/// A list, a tuple or a set.
struct PickleList {
  std::vector<PickleValue> items;
};

/// A dict, in the order in which it was filled.
struct PickleDict {
  std::vector<std::pair<PickleValue, PickleValue>> entries;
};

/// The name of a class or function.
struct PickleGlobal {
  std::string module, name;
};

/// The elements of tensors, of which a file has each once.
struct TorchStorage {
  std::string key;  ///< Where the file has them.
  const TorchType* type = nullptr;
  int64_t elements = 0;  ///< Of all that lies under the key.
  int64_t first = 0;     ///< The element that counts as number 0.
};

/// Element (i, j, ...) is number offset + i * strides[0] + j * strides[1] + ... of the storage, counted in
/// elements of `type`.
struct TorchTensor {
  const TorchStorage* storage = nullptr;
  const TorchType* type = nullptr;
  int64_t offset = 0;
  Shape shape, strides;
};

/// What only a foreign class or function could make. It is never made; what is put into it is dropped.
struct PickleOpaque {
  const PickleGlobal* maker = nullptr;  ///< Null where no name was given.
  bool is_module = false;               ///< Its state has what a torch.nn.Module has.
};

struct PickleObject {
  std::variant<PickleText, PickleList, PickleDict, PickleGlobal, TorchStorage, TorchTensor, PickleOpaque>
      value;
};

/// The object of type T that a value is, or null.
template <class T>
T* object_of(const PickleValue& value) {
  PickleObject* const* object = std::get_if<PickleObject*>(&value);
  return object == nullptr ? nullptr : std::get_if<T>(&(*object)->value);
}

}  // namespace dpac
