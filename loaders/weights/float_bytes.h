/// @file
/// The floating-point types that weight files store, turned into float32.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace dpac {

enum class FloatType { float16, bfloat16, float32, float64 };

/// Of one stored value.
int64_t bytes_of(FloatType type);

/// Turns little-endian values, which need not be aligned, into float32, rounded to nearest. `bytes` holds as
/// many values as `to`.
void to_floats(FloatType type, std::span<const char> bytes, std::span<float> to);

/// The same from a file: `read` fills what it is given with the next bytes. No second copy of a large array
/// is held.
void read_floats(FloatType type, std::span<float> to, const std::function<void(std::span<char>)>& read);

}  // namespace dpac
