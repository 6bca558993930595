/// @file
/// Configures Highway for the kernels: to be included before any of its other headers. A kernel is x.h (plain
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
// Builds that only check may do without more of them (CMake's DPAC_INSTRUCTION_SETS).
#ifndef DPAC_LEFT_OUT_TARGETS
#define DPAC_LEFT_OUT_TARGETS 0
#endif
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | DPAC_LEFT_OUT_TARGETS)

#include "kernels/isa.h"
// clang-format off: the above configures it.
#include <hwy/detect_targets.h>
// clang-format on

/// Calls FUNCTION (made known with HWY_EXPORT) on the active instruction set.
#define DPAC_DISPATCH(FUNCTION) (static_cast<void>(::dpac::active_isa()), HWY_DYNAMIC_DISPATCH(FUNCTION))

/// The same for a FUNCTION on maps in channel blocks (kernels/layout.h), whose vectors must not be longer
/// than a block. Blocks of 8 are what oneDNN takes where there is no AVX-512: elsewhere AVX2's body serves
/// for them, and none is compiled for half vectors of AVX-512.
#if HWY_TARGETS & HWY_AVX2
#define DPAC_DISPATCH_BLOCKS(FUNCTION, BLOCK) \
  ((BLOCK) == 8 && ::dpac::active_isa() > ::dpac::Isa::avx2 ? &N_AVX2::FUNCTION : &DPAC_DISPATCH(FUNCTION))
#else
#define DPAC_DISPATCH_BLOCKS(FUNCTION, BLOCK) DPAC_DISPATCH(FUNCTION)
#endif
