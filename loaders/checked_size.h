/// @file
/// Sizes that a file declares, multiplied without overflow: checked before anything is allocated.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/tensor.h"

namespace dpac {

/// No tensor of a network this engine can run comes near it; a file that claims more is damaged or hostile.
inline constexpr int64_t kMaxTensorBytes = int64_t{4} << 30;

/// Elements times bytes per element; unset if a dimension is negative or the product does not fit 63 bits.
/// 1 * element_bytes for rank 0.
inline std::optional<int64_t> checked_bytes(const Shape& shape, int64_t element_bytes) {
  int64_t bytes = element_bytes;
  for (const int64_t dim : shape) {
    if (dim < 0 || __builtin_mul_overflow(bytes, dim, &bytes)) return std::nullopt;
  }
  return bytes;
}

}  // namespace dpac
