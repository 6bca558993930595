/// @file
/// What a reader of one file format hands on: the file's arrays by name, none of them read yet. For the
/// loaders' own use.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/networks/left_out.h"
#include "engine/tensor.h"

namespace dpac {

/// An array of a weight file. What no network needs is never loaded.
struct StoredArray {
  std::string name;              ///< As PyTorch has it, wrappers included; '/' may stand for '.'.
  std::string origin;            ///< Its path in the file, for messages.
  Shape shape;                   ///< As it is stored.
  bool integer = false;          ///< Holds integers.
  std::function<Tensor()> load;  ///< Keeps open what it reads from.
};

struct ArrayFile {
  std::string format;  ///< For people: "safetensors".
  std::vector<StoredArray> arrays = {};
  /// The arrays were TensorFlow's: only BERT's are understood, and load() turns kernels round.
  bool tensorflow = false;
  std::vector<LeftOut> left_out = {};  ///< What the reader has left out.
  std::string unreadable = {};         ///< Why there may be a network in the file all the same; else empty.
};

}  // namespace dpac
