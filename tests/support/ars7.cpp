#include "tests/support/ars7.h"

#include <bit>
#include <cstring>

namespace dpac::test {
namespace {

using Bytes = std::array<uint8_t, 16>;  // Byte r of column c is 4 c + r.

uint8_t times_two(uint8_t byte) {
  return static_cast<uint8_t>(byte << 1 ^ (byte & 0x80 ? 0x1B : 0));
}

/// Powers of the field's generator 3 give the inverses; the affine map follows.
std::array<uint8_t, 256> substitution_table() {
  std::array<uint8_t, 255> powers = {1};
  for (std::size_t i = 1; i < powers.size(); ++i)
    powers[i] = static_cast<uint8_t>(powers[i - 1] ^ times_two(powers[i - 1]));
  std::array<uint8_t, 256> table = {0x63};
  for (std::size_t i = 0; i < powers.size(); ++i) {
    const uint8_t inverse = powers[(255 - i) % 255];
    uint8_t image = 0x63;
    for (int turn = 0; turn < 5; ++turn) image ^= std::rotl(inverse, turn);
    table[powers[i]] = image;
  }
  return table;
}

void add_round_key(Bytes& state, uint64_t seed, uint64_t version, uint64_t round) {
  const uint64_t words[2] = {seed + round * 0x9E3779B97F4A7C15u, version + round * 0xBB67AE8584CAA73Bu};
  Bytes key;
  std::memcpy(key.data(), words, key.size());
  for (std::size_t i = 0; i < key.size(); ++i) state[i] ^= key[i];
}

Bytes substituted_and_shifted(const Bytes& state) {
  static const std::array<uint8_t, 256> table = substitution_table();
  Bytes shifted;
  for (std::size_t c = 0; c < 4; ++c) {
    for (std::size_t r = 0; r < 4; ++r) shifted[4 * c + r] = table[state[4 * ((c + r) % 4) + r]];
  }
  return shifted;
}

void mix_columns(Bytes& state) {
  for (std::size_t c = 0; c < 16; c += 4) {
    const Bytes old = state;
    for (std::size_t r = 0; r < 4; ++r) {
      const uint8_t a = old[c + r], b = old[c + (r + 1) % 4];
      const auto doubled = static_cast<uint8_t>(times_two(a) ^ times_two(b) ^ b);
      state[c + r] = static_cast<uint8_t>(doubled ^ old[c + (r + 2) % 4] ^ old[c + (r + 3) % 4]);
    }
  }
}

}  // namespace

Block ars7(const Block& block, uint64_t seed, uint64_t version) {
  auto state = std::bit_cast<Bytes>(block);
  add_round_key(state, seed, version, 0);
  for (uint64_t round = 1; round <= 7; ++round) {
    state = substituted_and_shifted(state);
    if (round < 7) mix_columns(state);
    add_round_key(state, seed, version, round);
  }
  return std::bit_cast<Block>(state);
}

}  // namespace dpac::test
