/// @file
/// The network's image as channel blocks.
#pragma once

#include <cstdint>

#include "engine/ops/digital_fwd.h"

namespace dpac {

/// The network's image, [channels, pixels], in the layout of all other maps, for whatever cannot read it as
/// it comes. Only of a fused graph.
struct ImageLayoutOp {
  static constexpr bool kIntegers = true;
};

Grid grid_of(const ImageLayoutOp& op);
void run_block(const ImageLayoutOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_integer(const ImageLayoutOp& op, const IntegerRun& run, int64_t map);

}  // namespace dpac
