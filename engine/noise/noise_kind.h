/// @file
/// Which noise: one, or several that act together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kernels/api.h"

namespace dpac {

/// A noise of docs/model.md section 2, or several together: NoiseKind::shot + NoiseKind::thermal. `none` has
/// no part, and is the default. What is particular to each stands in engine/noise/noise_models.h.
class NoiseKind {
 public:
  static const NoiseKind none, shot, thermal, output, weight, programming;

  constexpr NoiseKind() = default;

  /// Whether all noises of `part` are among these.
  [[nodiscard]] constexpr bool has(NoiseKind part) const { return (bits_ & part.bits_) == part.bits_; }

  friend constexpr NoiseKind operator+(NoiseKind a, NoiseKind b) { return NoiseKind(a.bits_ | b.bits_); }
  friend constexpr bool operator==(const NoiseKind&, const NoiseKind&) = default;

 private:
  explicit constexpr NoiseKind(uint32_t bits) : bits_(bits) {}

  uint32_t bits_ = 0;  // One for each noise.
};

inline constexpr NoiseKind NoiseKind::none{0};
inline constexpr NoiseKind NoiseKind::shot{1};
inline constexpr NoiseKind NoiseKind::thermal{2};
inline constexpr NoiseKind NoiseKind::weight{4};
inline constexpr NoiseKind NoiseKind::programming{8};
inline constexpr NoiseKind NoiseKind::output{16};

/// "none", "shot", "shot+thermal": names in the order of the table.
DPAC_API std::string name(NoiseKind kind);

/// The noise that is called so; names stand in any order, each once. @throws Error that lists all names.
DPAC_API NoiseKind noise_kind(std::string_view name);

}  // namespace dpac
