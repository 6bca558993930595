/// @file
/// What every benchmark reports: elements and bytes per second, and the instruction set (DPAC_FORCE_ISA
/// chooses one).
#pragma once

#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>

#include "kernels/isa.h"

namespace dpac::bench {

/// Elements of one iteration, and the bytes it reads and writes: the bound is read off their rates.
inline void report(benchmark::State& state, int64_t elements, int64_t bytes) {
  state.SetItemsProcessed(state.iterations() * elements);
  state.SetBytesProcessed(state.iterations() * bytes);
  state.SetLabel(std::string(name(active_isa())));
}

}  // namespace dpac::bench
