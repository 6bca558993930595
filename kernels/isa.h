/// @file
/// Which instruction set the kernels run on. All of them give the same bits; they differ in speed only.
#pragma once

#include <string_view>
#include <vector>

namespace dpac {

enum class Isa {
  scalar,       ///< Portable C++, one lane at a time. The reference, not meant for work.
  avx2,         ///< AVX2, FMA and AES-NI: 8 lanes.
  avx512,       ///< AVX-512 F/BW/CD/DQ/VL with AES-NI: 16 lanes.
  avx512_vaes,  ///< The same with VAES (Ice Lake, Zen 4 and later): 16 lanes, four AES blocks an instruction.
};

/// "scalar", "avx2", "avx512", "avx512_vaes".
std::string_view name(Isa isa);

/// What this machine can run, slowest first. Never empty: `scalar` runs everywhere.
const std::vector<Isa>& supported_isas();

/// The instruction set in use: the best supported one, or the one named by the environment variable
/// DPAC_FORCE_ISA when the first kernel runs.
/// @throws Error if DPAC_FORCE_ISA names an unknown or unsupported one.
Isa active_isa();

/// Switches all kernels of this process. Not to be called while kernels run in other threads.
/// @throws Error if this machine cannot run it.
void force_isa(Isa isa);

}  // namespace dpac
