/// @file
/// ARS-7 from its definition (Salmon et al., SC 2011; AES: FIPS 197), byte by byte: the oracle of noise
/// words.
#pragma once

#include <array>
#include <cstdint>

namespace dpac::test {

using Block = std::array<uint32_t, 4>;

/// What the key (seed, version) makes of a block.
Block ars7(const Block& block, uint64_t seed, uint64_t version);

}  // namespace dpac::test
