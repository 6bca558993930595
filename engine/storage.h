/// @file
/// What the values of a network are stored in between operations.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"

namespace dpac {

/// Sums, noise, norms and quantisers are computed in float32 whichever it is.
enum class Storage { float32, bfloat16 };

/// Floats that take the room of so many values.
constexpr int64_t floats_for(Storage storage, int64_t values) {
  return storage == Storage::bfloat16 ? (values + 1) / 2 : values;
}

/// Values of a step in memory.
struct StoredValues {
  void* data = nullptr;
  Storage storage = Storage::float32;

  [[nodiscard]] float* floats() const { return static_cast<float*>(data); }
  [[nodiscard]] Bfloat16* halves() const { return static_cast<Bfloat16*>(data); }

  /// Those from value `first` on.
  [[nodiscard]] StoredValues from(int64_t first) const {
    if (storage == Storage::bfloat16) return {halves() + first, storage};
    return {floats() + first, storage};
  }
};

}  // namespace dpac
