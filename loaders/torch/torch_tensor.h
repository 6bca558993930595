/// @file
/// From a description of a tensor in a torch file to its values.
#pragma once

#include <string>

#include "engine/tensor.h"
#include "loaders/torch/pickle_value.h"
#include "loaders/torch/torch_storages.h"

namespace dpac {

/// Reads the tensor, whatever its strides, as float32 in row-major order.
/// @throws Error, beginning with `where` ("file: tensor 'x'"), if its type is none of PyTorch's
/// floating-point types of 16 to 64 bits, or it reaches beyond what is stored, or needs more than
/// kMaxTensorBytes; before memory is asked for.
Tensor load_tensor(const TorchTensor& tensor, const TorchStorages& storages, const std::string& where);

}  // namespace dpac
