/// @file
/// Standard normal values as a pure function of their key.
///
/// One 32-bit word w gives two values: one of w, and one of w with its bytes in reverse order. As a signed
/// integer, either is p 2^31 for p in [-1, 1), and the value is z = sqrt(2) erfinv(p) = p R(q), q = 1 - p^2,
/// with R one polynomial per octave of q (kernels/gaussian_table.h): the distance from the exact inverse is
/// below 1.3e-4, and the distribution function is right to 1e-5. Over all words the mean is 0, the variance
/// 1 - 5e-7 and the kurtosis 3 - 9e-6.
///
/// **Two values of a word.** Each has the word's other half only in bits below its own leading sixteen, and
/// there in another order: the leading sixteen bits of both are independent, exactly, and what depends on the
/// other is a shift by less than 2^-15 in p. The correlation of the values is 4e-7, of their squares 6e-6.
///
/// **The tail.** Where |p| >= 1 - 2^-12 (|z| > 3.67; one value in 4096), sixteen bits are coarse, so only the
/// sign is kept. The block is encrypted once more, with tail_version_word() in its key, and the same word t
/// of it, read in the same direction, gives the two-sided tail probability u = (floor(t / 2^8) | 1) / 2^36: p
/// = 1 - u and q = 2 u - u^2. |z| < 6.76: the lost tail has probability 1.5e-11.
///
/// The same bits come from every instruction set: integer arithmetic, roundings from int to float, fused
/// multiply-adds and products only.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/noise_key.h"

namespace dpac {

/// Elements first, first + 1, ... of `key`.
void fill_gaussian(const NoiseKey& key, int64_t first, std::span<float> dst);

/// The generator's raw words, for statistical tests and known answers.
void fill_words(const NoiseKey& key, uint32_t first_block, std::span<uint32_t> dst);

}  // namespace dpac
