// The noise generator's vector body, compiled once per target. See kernels/noise_key.h and
// kernels/gaussian.h.
#if defined(DPAC_KERNELS_GAUSSIAN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DPAC_KERNELS_GAUSSIAN_INL_H_
#undef DPAC_KERNELS_GAUSSIAN_INL_H_
#else
#define DPAC_KERNELS_GAUSSIAN_INL_H_
#endif

#include <algorithm>
#include <bit>

#include <hwy/highway.h>

#include "kernels/gaussian_table.h"
#include "kernels/noise_key.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// a * b + c with one rounding, also where the target has no such instruction.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V fused_multiply_add(D d, V a, V b, V c) {
#if HWY_NATIVE_FMA
  (void)d;
  return hn::MulAdd(a, b, c);
#else
  constexpr size_t kLanes = hn::MaxLanes(d);
  HWY_ALIGN float x[kLanes], y[kLanes], z[kLanes];
  hn::Store(a, d, x);
  hn::Store(b, d, y);
  hn::Store(c, d, z);
  for (size_t i = 0; i < kLanes; ++i) z[i] = __builtin_fmaf(x[i], y[i], z[i]);
  return hn::Load(d, z);
#endif
}

/// c - a * b with one rounding.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V fused_negated_multiply_add(D d, V a, V b, V c) {
#if HWY_NATIVE_FMA
  (void)d;
  return hn::NegMulAdd(a, b, c);
#else
  return fused_multiply_add(d, hn::Neg(a), b, c);
#endif
}

/// What 1 is in q = 1 - p^2: the largest float below it, for q = 1 would be the first of an octave more.
inline constexpr float kGaussianOne = 1 - 0x1p-24f;
/// q of |p| = 1 - 2^-12, where the tail begins.
inline constexpr float kGaussianTail = 0x1p-11f - 0x1p-23f;

/// p R(q)
HWY_INLINE float gaussian_of(float p, float q) {
  const auto bits = std::bit_cast<uint32_t>(q);
  const uint32_t octave = (bits >> 23) - static_cast<uint32_t>(127 + kGaussianFirst);
  const auto m = std::bit_cast<float>((bits & 0x007FFFFFu) | 0x3F800000u);
  const float slope = __builtin_fmaf(m, kGaussianWarp[1], kGaussianWarp[0]);
  const float s = __builtin_fmaf(m * m, slope, m);
  float ratio = kGaussianTable[kGaussianDegree][octave];
  for (int power = kGaussianDegree - 1; power >= 0; --power)
    ratio = __builtin_fmaf(ratio, s, kGaussianTable[power][octave]);
  return p * ratio;
}

/// The value of the two-sided tail probability u = (odd 24-bit number) / 2^36.
HWY_INLINE float tail_of(uint32_t word) {
  const float u = static_cast<float>(static_cast<int32_t>(word >> 8 | 1)) * 0x1p-36f;
  return gaussian_of(1 - u, __builtin_fmaf(-u, u, 2 * u));
}

/// Random words and normal values for vectors of D's lanes (4, 8 or 16): one stream of blocks of one key.
/// Works on K vectors of counters at once, so that their latencies overlap.
template <class D>
class Gaussian {
  struct CipherKey {
    uint64_t seed, version;
  };

  static constexpr size_t kLanes = hn::MaxLanes(D());
  static constexpr int kRounds = 7;
  // The octaves of q below 1, one table entry each. Lower ones are so rare that a branch decides.
  static constexpr uint32_t kTableOctaves = kLanes >= 16 ? 16 : 8;

  using DU = hn::RebindToUnsigned<D>;
  using DI = hn::RebindToSigned<D>;
  // With VAES one instruction serves all blocks of a vector; without, each block goes its own way.
  using DState = hn::CappedTag<uint8_t, HWY_TARGET == HWY_AVX3_DL ? kLanes * 4 : 16>;
  using State = hn::Vec<DState>;
  static constexpr size_t kStates = kLanes * 4 / hn::MaxLanes(DState());
  static constexpr uint32_t kAllLanes = (1u << kLanes) - 1;

 public:
  using V = hn::Vec<D>;
  using Words = hn::Vec<DU>;

  /// How many vectors of values are best drawn at once, two for each vector of counters. Measured with AVX2:
  /// half leaves latencies bare, twice as many need more registers than there are. Portable code has no
  /// latencies to overlap.
  static constexpr size_t kTogether = HWY_TARGET == HWY_EMU128 ? 2 : 8;

  HWY_INLINE explicit Gaussian(const NoiseKey& key)
      : tail_{key.seed, tail_version_word(key.stream)}, origin_(first_counter(key)) {
    for (uint64_t r = 0; r <= kRounds; ++r) {
      HWY_ALIGN uint64_t words[hn::MaxLanes(DState()) / 8];
      for (size_t i = 0; i < hn::MaxLanes(DState()) / 8; i += 2) {
        set_round_key({key.seed, version_word(key.stream)}, r, words + i);
      }
      round_keys_[r] = hn::BitCast(DState(), hn::Load(hn::Repartition<uint64_t, DState>(), words));
    }
    for (int power = 0; power <= kGaussianDegree; ++power)
      coefficients_[power] = load_table(kGaussianTable[power], 0);
  }

  /// The counter of the vector that starts at element block `block`.
  HWY_INLINE Words counter(uint32_t block) const { return hn::Add(origin_, stride(block)); }

  /// What to add to a counter to step `blocks` element blocks forward.
  static HWY_INLINE Words stride(uint32_t blocks) {
    HWY_ALIGN static constexpr uint32_t kFirstWords[16] = {~0u, 0, 0, 0, ~0u, 0, 0, 0,
                                                           ~0u, 0, 0, 0, ~0u, 0, 0, 0};
    return hn::And(hn::Load(DU(), kFirstWords), hn::Set(DU(), blocks));
  }

  /// What to add to a counter for the same elements of the next repeat.
  static HWY_INLINE Words next_repeat() {
    HWY_ALIGN static constexpr uint32_t kSteps[16] = {0, 0, 1u << 16, 0, 0, 0, 1u << 16, 0,
                                                      0, 0, 1u << 16, 0, 0, 0, 1u << 16, 0};
    return hn::Load(DU(), kSteps);
  }

  /// In: counters; out: random words.
  template <size_t K>
  HWY_INLINE void encrypt(Words (&words)[K]) const {
    State states[K][kStates];
    for (size_t k = 0; k < K; ++k) split(words[k], states[k]);
    for_all(states, [this](State s) HWY_ATTR { return hn::Xor(s, round_keys_[0]); });
    for (int r = 1; r < kRounds; ++r) {
      for_all(states, [this, r](State s) HWY_ATTR { return hn::AESRound(s, round_keys_[r]); });
    }
    for_all(states, [this](State s) HWY_ATTR { return hn::AESLastRound(s, round_keys_[kRounds]); });
    for (size_t k = 0; k < K; ++k) words[k] = join(states[k]);
  }

  /// Normal values for K counters: z[2 k] of the first element of each word of counter k, z[2 k + 1] of the
  /// second. Changes the counters.
  template <size_t K>
  HWY_INLINE void values(Words (&counters)[K], V (&z)[2 * K]) const {
    encrypt(counters);
    constexpr size_t kChecked = K % 2 == 0 ? 2 : 1;  // Measured: what is rare costs less than in one check.
    for (size_t k = 0; k < K; k += kChecked) transform<kChecked>(counters + k, z + 2 * k);
  }

  /// How many counters are best drawn at once where elements follow each other: whole groups of 32.
  static constexpr size_t kRunCounters = std::max<size_t>(kTogether / 2, kChannelGroup / kLanes);

  /// Where the values of counters of neighbouring blocks lie, the first of which begins a group of 32
  /// elements: z[i] is of the elements place(i), place(i) + 1, ... from there on.
  static constexpr size_t place(size_t i) {
    const size_t lane = i / 2 * kLanes;
    return lane / kChannelGroup * 2 * kChannelGroup + i % 2 * kChannelGroup + lane % kChannelGroup;
  }

 private:
  static HWY_INLINE Words first_counter(const NoiseKey& key) {
    HWY_ALIGN uint32_t words[kLanes];
    for (size_t i = 0; i < kLanes; i += 4) {
      words[i] = static_cast<uint32_t>(i / 4);
      words[i + 1] = key.sample;
      words[i + 2] = key.layer | static_cast<uint32_t>(key.repeat) << 16;
      words[i + 3] = key.step;
    }
    return hn::Load(DU(), words);
  }

  static HWY_INLINE void set_round_key(const CipherKey& key, uint64_t round, uint64_t* words) {
    words[0] = key.seed + round * 0x9E3779B97F4A7C15u;
    words[1] = key.version + round * 0xBB67AE8584CAA73Bu;
  }

  template <size_t K, class F>
  static HWY_INLINE void for_all(State (&states)[K][kStates], const F& f) {
    for (auto& vector : states) {
      for (State& state : vector) state = f(state);
    }
  }

  static HWY_INLINE void split(Words words, State (&states)[kStates]) {
    const hn::Repartition<uint8_t, D> d8;
    const auto bytes = hn::BitCast(d8, words);
    if constexpr (kStates == 1) {
      states[0] = bytes;
    } else {
      const hn::Half<decltype(d8)> half;
      if constexpr (kStates == 2) {
        states[0] = hn::LowerHalf(half, bytes);
        states[1] = hn::UpperHalf(half, bytes);
      } else {
        const hn::Half<decltype(half)> quarter;
        states[0] = hn::LowerHalf(quarter, hn::LowerHalf(half, bytes));
        states[1] = hn::UpperHalf(quarter, hn::LowerHalf(half, bytes));
        states[2] = hn::LowerHalf(quarter, hn::UpperHalf(half, bytes));
        states[3] = hn::UpperHalf(quarter, hn::UpperHalf(half, bytes));
      }
    }
  }

  static HWY_INLINE Words join(const State (&states)[kStates]) {
    const hn::Repartition<uint8_t, D> d8;
    if constexpr (kStates == 1) {
      return hn::BitCast(DU(), states[0]);
    } else if constexpr (kStates == 2) {
      return hn::BitCast(DU(), hn::Combine(d8, states[1], states[0]));
    } else {
      const hn::Half<decltype(d8)> half;
      return hn::BitCast(DU(), hn::Combine(d8, hn::Combine(half, states[3], states[2]),
                                           hn::Combine(half, states[1], states[0])));
    }
  }

  /// Words as their first or second elements read them: these byte by byte from the other end.
  static HWY_INLINE Words read(Words words, bool second) {
    if (!second) return words;
    HWY_ALIGN static constexpr uint8_t kFrom[16] = {3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12};
    const hn::Repartition<uint8_t, D> d8;
    return hn::BitCast(DU(), hn::TableLookupBytes(hn::BitCast(d8, words), hn::LoadDup128(d8, kFrom)));
  }

  /// p in [-1, 1].
  static HWY_INLINE V centred(Words words) {
    return hn::Mul(hn::ConvertTo(D(), hn::BitCast(DI(), words)), hn::Set(D(), 0x1p-31f));
  }

  static HWY_INLINE V one_less_square(V p) {
    return fused_negated_multiply_add(D(), p, p, hn::Set(D(), kGaussianOne));
  }

  /// Whether the vectors' table has no entry for q, or q is the tail's.
  static HWY_INLINE hn::Mask<D> is_rare(V q) {
    return hn::Le(q, hn::Set(D(), kLanes >= 16 ? kGaussianTail : 0x1p-8f));
  }

  /// The values of K vectors of words.
  template <size_t K>
  HWY_INLINE void transform(const Words* words, V* z) const {
    if constexpr (kLanes < kTableOctaves) {
      for (size_t i = 0; i < 2 * K; ++i) mend_lanes(tail_, words[i / 2], i % 2 == 1, kAllLanes, z[i]);
    } else {
      V smallest = hn::Set(D(), kGaussianOne);
      for (size_t i = 0; i < 2 * K; ++i) {
        const V p = centred(read(words[i / 2], i % 2 == 1)), q = one_less_square(p);
        smallest = hn::Min(smallest, q);
        z[i] = by_table(coefficients_, p, q);
      }
      if (HWY_UNLIKELY(!hn::AllFalse(D(), is_rare(smallest)))) mend_copies<K>(words, z);
    }
  }

  static HWY_INLINE V by_table(const V* coefficients, V p, V q) {
    const D d;
    const DU du;
    const auto bits = hn::BitCast(du, q);
    auto octave = hn::ShiftRight<23>(bits);
#if HWY_IS_DEBUG_BUILD  // Highway asserts what the instructions do not ask for: they take the low bits.
    octave = hn::And(octave, hn::Set(du, kTableOctaves - 1));
#endif
    const auto index = hn::IndicesFromVec(d, octave);
    const V m = hn::BitCast(d, hn::Or(hn::And(bits, hn::Set(du, 0x007FFFFFu)), hn::Set(du, 0x3F800000u)));
    const V slope = fused_multiply_add(d, m, hn::Set(d, kGaussianWarp[1]), hn::Set(d, kGaussianWarp[0]));
    const V s = fused_multiply_add(d, hn::Mul(m, m), slope, m);
    V ratio = hn::TableLookupLanes(coefficients[kGaussianDegree], index);
    for (int power = kGaussianDegree - 1; power >= 0; --power) {
      ratio = fused_multiply_add(d, ratio, s, hn::TableLookupLanes(coefficients[power], index));
    }
    return hn::Mul(p, ratio);
  }

  /// Mends copies, so that the compiler keeps what it copies in registers where nothing is rare.
  template <size_t K>
  HWY_INLINE void mend_copies(const Words* words, V* z) const {
    Words from[K];
    V to[2 * K];
    std::copy_n(words, K, from);
    std::copy_n(z, 2 * K, to);
    mend(tail_, from, to);
    std::copy_n(to, 2 * K, z);
  }

  template <size_t K>
  static HWY_NOINLINE void mend(const CipherKey& tail, const Words (&words)[K], V (&z)[2 * K]) {
    for (size_t i = 0; i < 2 * K; ++i) {
      const bool second = i % 2 == 1;
      const V p = centred(read(words[i / 2], second)), q = one_less_square(p);
      const auto rare = is_rare(q);
      if (hn::AllFalse(D(), rare)) continue;
      if constexpr (kTableOctaves < 16) {
        V coefficients[kGaussianDegree + 1];
        for (int power = 0; power <= kGaussianDegree; ++power)
          coefficients[power] = load_table(kGaussianTable[power], kTableOctaves);
        z[i] = hn::IfThenElse(rare, by_table(coefficients, p, q), z[i]);
      }
      uint8_t bits[8] = {};
      hn::StoreMaskBits(D(), hn::Le(q, hn::Set(D(), kGaussianTail)), bits);
      const uint32_t lanes = bits[0] | static_cast<uint32_t>(bits[1]) << 8;
      if (lanes != 0) mend_lanes(tail, words[i / 2], second, lanes, z[i]);
    }
  }

  /// Replaces the values of `lanes`, a bit each.
  static HWY_INLINE void mend_lanes(const CipherKey& tail, Words words, bool second, uint32_t lanes, V& z) {
    HWY_ALIGN uint32_t from[kLanes];
    HWY_ALIGN float to[kLanes];
    hn::Store(words, DU(), from);
    hn::Store(z, D(), to);
    for (; lanes != 0; lanes &= lanes - 1) {
      const int lane = std::countr_zero(lanes);
      to[lane] = value_of(tail, from, lane, second);
    }
    z = hn::Load(D(), to);
  }

  /// The value of one lane: the same operations, one at a time.
  static HWY_INLINE float value_of(const CipherKey& tail, const uint32_t* words, int lane, bool second) {
    const float p = static_cast<float>(static_cast<int32_t>(read(words[lane], second))) * 0x1p-31f;
    const float q = __builtin_fmaf(-p, p, kGaussianOne);
    if (q > kGaussianTail) return gaussian_of(p, q);
    const float z = tail_of(read(tail_word(tail, words, lane), second));
    return p < 0 ? -z : z;
  }

  static HWY_INLINE uint32_t read(uint32_t word, bool second) {
    return second ? __builtin_bswap32(word) : word;
  }

  /// Word `lane` of what the tail's key makes of the blocks at `words`.
  static HWY_NOINLINE uint32_t tail_word(const CipherKey& tail, const uint32_t* words, int lane) {
    const hn::Full128<uint8_t> d8;
    const hn::Full128<uint32_t> du;
    const auto key = [&](uint64_t round) HWY_ATTR {
      HWY_ALIGN uint64_t halves[2];
      set_round_key(tail, round, halves);
      return hn::BitCast(d8, hn::Load(hn::Full128<uint64_t>(), halves));
    };
    auto state = hn::Xor(hn::BitCast(d8, hn::Load(du, words + lane / 4 * 4)), key(0));
    for (uint64_t r = 1; r < kRounds; ++r) state = hn::AESRound(state, key(r));
    HWY_ALIGN uint32_t block[4];
    hn::Store(hn::BitCast(du, hn::AESLastRound(state, key(kRounds))), du, block);
    return block[lane % 4];
  }

  /// The last octaves of a row, or those so many before. Entry (127 + exponent) mod kTableOctaves, so that
  /// the exponent's low bits are the index.
  static HWY_INLINE V load_table(const float (&row)[kGaussianOctaves], uint32_t before) {
    HWY_ALIGN float entries[kTableOctaves];
    for (uint32_t exponent = 127 - kTableOctaves; exponent < 127; ++exponent) {
      entries[exponent % kTableOctaves] = row[exponent - (127 + kGaussianFirst) - before];
    }
    return hn::Load(D(), entries);
  }

  const CipherKey tail_;
  Words origin_;
  State round_keys_[kRounds + 1];
  V coefficients_[kGaussianDegree + 1];
};

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#endif
