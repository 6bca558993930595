/// @file
/// Configures Highway for the kernels: to be included before any of its headers. A kernel is x.h (plain
/// function and contract), x-inl.h or the upper part of x.cpp (body, compiled once per target), and a
/// dispatching function.
#pragma once

// Scalar, AVX2, AVX-512 and AVX-512 + VAES. Targets without a native fused multiply-add would be slower than
// they are worth: there the scalar path serves.
#define HWY_COMPILE_ALL_ATTAINABLE
#define HWY_WANT_AVX3_DL
// Highway avoids its portable 128-bit target on GCC before 12.3 because of a bug in vectorised 16-bit high
// products (GCC 106322). No kernel uses those, and the tests compare this target with all others bit by bit.
#define HWY_BROKEN_EMU128 0
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)

#include "kernels/isa.h"

/// Calls FUNCTION (made known with HWY_EXPORT) on the active instruction set.
#define DPAC_DISPATCH(FUNCTION) (static_cast<void>(::dpac::active_isa()), HWY_DYNAMIC_DISPATCH(FUNCTION))
