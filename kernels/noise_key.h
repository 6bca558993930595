/// @file
/// What identifies one noise value, and where its random word comes from.
///
/// A noise value is a pure function xi(seed, step, layer, sample, element, repeat) (docs/model.md section
/// 1): it does not depend on threads, batches, memory layout or instruction set. The generator is ARS-7
/// (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): seven rounds of AES over a
/// counter.
///
/// The counter's four 32-bit words are
///
///     word 0   element block: four elements share one block, element e is word e mod 4 of block e / 4
///     word 1   sample
///     word 2   layer (low 16 bits) and repeat (high 16 bits)
///     word 3   step
///
/// and its key is (seed, kStreamVersion). Different keys never share a counter, and the cipher is a
/// bijection: no two noise values of a seed come from the same block.
///
/// Elements are numbered so that a vector of neighbouring channels is a run of neighbouring elements whatever
/// the memory layout: the output (channel c, pixel p) of a map of P pixels is element
/// ((c / 16) * P + p) * 16 + c mod 16.
#pragma once

#include <cstdint>

namespace dpac {

/// Changes whenever the same seed would give other noise. Reported as `noise_stream`.
inline constexpr uint64_t kStreamVersion = 1;

/// Channels whose elements are neighbours in the numbering.
inline constexpr int kChannelGroup = 16;

struct NoiseKey {
  uint64_t seed = 0;
  uint32_t step = 0;   ///< 0 outside learning.
  uint16_t layer = 0;  ///< The op's position in the network.
  uint16_t repeat = 0;
  uint32_t sample = 0;  ///< Index in the data set, not in the batch.
};

/// The element block that holds channels c, c + 1, c + 2, c + 3 (c a multiple of 4) of a pixel.
constexpr uint32_t element_block(int64_t channel, int64_t pixel, int64_t pixels) {
  return static_cast<uint32_t>(((channel / kChannelGroup) * pixels + pixel) * (kChannelGroup / 4) +
                               (channel % kChannelGroup) / 4);
}

}  // namespace dpac
