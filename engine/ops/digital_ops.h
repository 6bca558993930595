/// @file
/// The digital ops of a fused graph, whichever they are.
#pragma once

#include <cstddef>

#include "engine/graph/fused_graph.h"
#include "engine/ops/digital.h"

namespace dpac {

/// Whether the functions below run the op; the plans themselves run all others.
bool is_digital(const FusedOp& op);

/// Whether the output of a node that is not analog has a quantiser.
Grid grid_of(const FusedOp& op);

std::size_t tape_of(const FusedOp& op, const DigitalMaps& maps);

/// All blocks of all maps of the output, shared by `threads` threads.
void run_digital(const FusedOp& op, const DigitalRun& run, int threads);

/// All blocks of all maps of the gradient of one input.
void run_digital_backward(const FusedOp& op, const DigitalBackward& run);

}  // namespace dpac
