/// @file
/// What a network computes its products in.
#pragma once

#include <array>
#include <string_view>

#include "kernels/api.h"

namespace dpac {

/// Sums of products are exact in 8-bit integers and in float32 else; noise, norms, sums of two values and
/// quantisers are in float32 always (docs/numerics.md).
enum class Arithmetic {
  automatic,  ///< Exact 8-bit integers where the quantisers and the machine allow it, else float32.
  float32,
  bfloat16,            ///< Products of bfloat16 values, and values stored so in between.
  automatic_bfloat16,  ///< As automatic, with bfloat16 for float32 where the machine multiplies in it.
};

inline constexpr std::array kArithmetics = {Arithmetic::automatic, Arithmetic::float32, Arithmetic::bfloat16,
                                            Arithmetic::automatic_bfloat16};

/// "auto", "float32", "bfloat16", "auto-bfloat16".
DPAC_API std::string_view name(Arithmetic arithmetic);

}  // namespace dpac
