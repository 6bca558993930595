/// @file
/// The weights of a BERT encoder, whatever file they lie in. For the loaders' own use.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/weights.h"

namespace dpac {

/// An array of a weight file, not read yet: heads and buffers never are.
struct StoredArray {
  std::string name;      ///< As PyTorch has it, wrappers included; '/' may stand for '.'.
  std::string origin;    ///< Its path in the file, for messages.
  bool integer = false;  ///< Holds integers.
  std::function<Tensor()> load;
};

/// Adds all that an encoder and its classifier consist of, under the names of BertNames, and sets
/// `checkpoint.bert`. @throws Error as add_finite(), and for an encoder that is no BERT.
void add_bert(Checkpoint& checkpoint, const std::vector<StoredArray>& arrays);

}  // namespace dpac
