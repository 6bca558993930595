// The noise generator's vector body, compiled once per target. See kernels/noise_key.h and
// kernels/gaussian.h.
#if defined(DPAC_KERNELS_GAUSSIAN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DPAC_KERNELS_GAUSSIAN_INL_H_
#undef DPAC_KERNELS_GAUSSIAN_INL_H_
#else
#define DPAC_KERNELS_GAUSSIAN_INL_H_
#endif

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

/// The value of one lane: the same operations, one at a time. Serves targets without a table look-up, and the
/// rare lanes whose octave is not in the vector's table.
HWY_INLINE float gaussian_of(float f) {
  const uint32_t bits = std::bit_cast<uint32_t>(f);
  const uint32_t octave = ((bits >> 23) & 0xFFu) - 127u;
  const float t = std::bit_cast<float>((bits & 0x007FFFFFu) | 0x3F800000u) - 1.5f;
  float z = kGaussianTable[kGaussianDegree][octave];
  for (int power = kGaussianDegree - 1; power >= 0; --power)
    z = __builtin_fmaf(z, t, kGaussianTable[power][octave]);
  return std::bit_cast<float>(std::bit_cast<uint32_t>(z) ^ (bits & 0x80000000u));
}

/// Random words and normal values for vectors of D's lanes (4, 8 or 16): one stream of blocks of one key.
/// Works on K vectors at once, so that their latencies overlap.
template <class D>
class Gaussian {
  static constexpr size_t kLanes = hn::MaxLanes(D());
  static constexpr int kRounds = 7;
  // Highest octaves, one table entry each. Lower ones are so rare that a branch decides.
  static constexpr uint32_t kTableOctaves = kLanes >= 16 ? 16 : 8;
  static constexpr uint32_t kFirstOctave = kGaussianOctaves - kTableOctaves;

  using DU = hn::RebindToUnsigned<D>;
  using DI = hn::RebindToSigned<D>;
  // With VAES one instruction serves all blocks of a vector; without, each block goes its own way.
  using DState = hn::CappedTag<uint8_t, HWY_TARGET == HWY_AVX3_DL ? kLanes * 4 : 16>;
  using State = hn::Vec<DState>;
  static constexpr size_t kStates = kLanes * 4 / hn::MaxLanes(DState());

 public:
  using V = hn::Vec<D>;
  using Words = hn::Vec<DU>;

  /// How many vectors are best drawn at once. Measured: with VAES the rounds alone do not fill the pipelines,
  /// while without it more vectors mean more registers than there are. Portable code has no latencies to
  /// overlap, and one copy of its AES is long enough.
  static constexpr size_t kTogether = HWY_TARGET == HWY_AVX3_DL ? 8 : HWY_TARGET == HWY_EMU128 ? 1 : 4;

  HWY_INLINE explicit Gaussian(const NoiseKey& key) : origin_(first_counter(key)) {
    for (int r = 0; r <= kRounds; ++r) round_keys_[r] = round_key(key.seed, static_cast<uint64_t>(r));
    for (int power = 0; power <= kGaussianDegree; ++power)
      coefficients_[power] = load_table(kGaussianTable[power]);
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

  /// Normal values for K counters.
  template <size_t K>
  HWY_INLINE void values(Words (&counters)[K], V (&z)[K]) const {
    encrypt(counters);
    V f[K];
    for (size_t k = 0; k < K; ++k) {
      f[k] = hn::ConvertTo(D(), hn::Or(hn::BitCast(DI(), counters[k]), hn::Set(DI(), 1)));
    }
    if constexpr (kLanes < kTableOctaves) {
      for (size_t k = 0; k < K; ++k) z[k] = lane_by_lane(f[k]);
    } else {
      for (size_t k = 0; k < K; ++k) z[k] = by_table(f[k]);
      if (HWY_UNLIKELY(any_rare(f))) mend_rare(f, z);
    }
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

  static HWY_INLINE State round_key(uint64_t seed, uint64_t round) {
    const hn::Repartition<uint64_t, DState> d64;
    constexpr size_t kWords = hn::MaxLanes(DState()) / 8;
    HWY_ALIGN uint64_t words[kWords];
    for (size_t i = 0; i < kWords; i += 2) {
      words[i] = seed + round * 0x9E3779B97F4A7C15u;
      words[i + 1] = kStreamVersion + round * 0xBB67AE8584CAA73Bu;
    }
    return hn::BitCast(DState(), hn::Load(d64, words));
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

  HWY_INLINE V by_table(V f) const {
    const D d;
    const DU du;
    const auto bits = hn::BitCast(du, f);
    const auto octave = hn::And(hn::ShiftRight<23>(bits), hn::Set(du, kTableOctaves - 1));
    const auto index = hn::IndicesFromVec(d, octave);
    const auto mantissa = hn::Or(hn::And(bits, hn::Set(du, 0x007FFFFFu)), hn::Set(du, 0x3F800000u));
    const V t = hn::Sub(hn::BitCast(d, mantissa), hn::Set(d, 1.5f));
    V z = hn::TableLookupLanes(coefficients_[kGaussianDegree], index);
    for (int power = kGaussianDegree - 1; power >= 0; --power) {
      z = fused_multiply_add(d, z, t, hn::TableLookupLanes(coefficients_[power], index));
    }
    return hn::Xor(z, hn::And(f, hn::SignBit(d)));
  }

  static HWY_INLINE V first_magnitude() {
    return hn::Set(D(), static_cast<float>(int64_t{1} << kFirstOctave));
  }

  template <size_t K>
  static HWY_INLINE bool any_rare(const V (&f)[K]) {
    V smallest = hn::Abs(f[0]);
    for (size_t k = 1; k < K; ++k) smallest = hn::Min(smallest, hn::Abs(f[k]));
    return !hn::AllFalse(D(), hn::Lt(smallest, first_magnitude()));
  }

  /// Replaces the lanes whose octave is below the table's.
  template <size_t K>
  static HWY_NOINLINE void mend_rare(const V (&f)[K], V (&z)[K]) {
    for (size_t k = 0; k < K; ++k) {
      HWY_ALIGN float from[kLanes], to[kLanes];
      hn::Store(f[k], D(), from);
      hn::Store(z[k], D(), to);
      uint8_t rare[8] = {};
      hn::StoreMaskBits(D(), hn::Lt(hn::Abs(f[k]), first_magnitude()), rare);
      for (uint32_t mask = rare[0] | static_cast<uint32_t>(rare[1]) << 8; mask != 0; mask &= mask - 1) {
        const int lane = std::countr_zero(mask);
        to[lane] = gaussian_of(from[lane]);
      }
      z[k] = hn::Load(D(), to);
    }
  }

  static HWY_INLINE V lane_by_lane(V f) {
    HWY_ALIGN float lanes[kLanes];
    hn::Store(f, D(), lanes);
    for (float& lane : lanes) lane = gaussian_of(lane);
    return hn::Load(D(), lanes);
  }

  /// Entry (127 + octave) mod kTableOctaves, so that the exponent's low bits are the index.
  static HWY_INLINE V load_table(const float* row) {
    HWY_ALIGN float entries[kTableOctaves];
    for (uint32_t octave = kFirstOctave; octave < kGaussianOctaves; ++octave) {
      entries[(127 + octave) % kTableOctaves] = row[octave];
    }
    return hn::Load(D(), entries);
  }

  Words origin_;
  State round_keys_[kRounds + 1];
  V coefficients_[kGaussianDegree + 1];
};

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#endif
