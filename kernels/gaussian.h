/// @file
/// Standard normal values as a pure function of their key.
///
/// One 32-bit word gives one value: f = float(word | 1), its sign is the value's sign, and |f| / 2^31 in (0,
/// 1] is the two-sided tail probability u. |z| = sqrt(2) erfcinv(u) is evaluated as one polynomial per octave
/// of u (kernels/gaussian_table.h), exact to 4e-6. |z| <= 6.24: the lost tail has probability 5e-10. The same
/// bits come from every instruction set: integer arithmetic, one rounding int -> float, fused multiply-adds
/// only.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/noise_key.h"

namespace dpac {

/// Elements 4 * first_block, 4 * first_block + 1, ... of `key`.
void fill_gaussian(const NoiseKey& key, uint32_t first_block, std::span<float> dst);

/// The generator's raw words, for statistical tests and known answers.
void fill_words(const NoiseKey& key, uint32_t first_block, std::span<uint32_t> dst);

}  // namespace dpac
