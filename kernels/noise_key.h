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
///     word 0   element block
///     word 1   sample
///     word 2   layer (low 16 bits) and repeat (high 16 bits)
///     word 3   step
///
/// and its key is (seed, kStreamVersion + its stream's number in the upper half). Different keys never share
/// a counter, and the cipher is a bijection: no two blocks of a seed are the same.
///
/// Elements are numbered so that a vector of neighbouring channels is a run of neighbouring elements whatever
/// the memory layout: the output (channel c, pixel p) of a map of P pixels, P rounded up to an even number,
/// is element ((c / 16) * P + p) * 16 + c mod 16.
///
/// Each word gives two elements (kernels/gaussian.h), those of the same channel in pixels 2 n and 2 n + 1:
/// the elements 32 g + i and 32 g + 16 + i, i < 16, are the first and the second of word i mod 4 of block 4 g
/// + i / 4. So the words of a vector of channels are the values of two pixels, and nothing is moved between
/// lanes.
#pragma once

#include <cstdint>

namespace dpac {

/// Changes whenever the same seed would give other noise. Reported as `noise_stream`.
inline constexpr uint64_t kStreamVersion = 2;

/// What a value is drawn for, where one counter would serve several: their values are independent.
enum class NoiseStream : uint32_t {
  common,   ///< Outputs of products; weights that no noise of outputs stands beside.
  weights,  ///< Weights, beside noise of outputs.
  chip,     ///< Weights as they were programmed once.
};

/// The second word of a key's cipher key.
constexpr uint64_t version_word(NoiseStream stream) {
  return kStreamVersion + (uint64_t{static_cast<uint32_t>(stream)} << 32);
}

/// The same of the tail's words (kernels/gaussian.h), which nothing else is drawn with.
constexpr uint64_t tail_version_word(NoiseStream stream) {
  return version_word(stream) + (uint64_t{1} << 63);
}

/// Channels whose elements are neighbours in the numbering.
inline constexpr int kChannelGroup = 16;

/// Elements of a channel group in a pair of pixels: those of four blocks.
inline constexpr int kPairElements = 2 * kChannelGroup;

struct NoiseKey {
  uint64_t seed = 0;
  uint32_t step = 0;   ///< 0 outside learning.
  uint16_t layer = 0;  ///< The op's position in the network.
  uint16_t repeat = 0;
  uint32_t sample = 0;  ///< Index in the data set, not in the batch.
  NoiseStream stream = NoiseStream::common;
};

/// The element of a channel of a map's pixel.
constexpr int64_t element_number(int64_t channel, int64_t pixel, int64_t pixels) {
  return ((channel / kChannelGroup) * (pixels + pixels % 2) + pixel) * kChannelGroup +
         channel % kChannelGroup;
}

/// The block an element is of.
constexpr uint32_t element_block(int64_t element) {
  return static_cast<uint32_t>(element / kPairElements * (kChannelGroup / 4) + element % kChannelGroup / 4);
}

}  // namespace dpac
