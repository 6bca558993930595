/// @file
/// The digital ops of a fused graph, whichever they are.
#pragma once

#include <cstddef>

#include "engine/graph/fused_graph.h"
#include "engine/onednn/onednn.h"
#include "engine/ops/digital.h"

namespace dpac {

/// Whether the functions below run the node: all but the network's image and analog operations.
bool is_digital(const FusedNode& node);

/// Whether it runs compiled, in floats and in bytes: by a primitive, instead of run_digital() and its like.
bool is_compiled(const FusedNode& node);

/// Whether run_digital() also does what DigitalRun::finish says.
bool finishes(const FusedNode& node);

/// Whether the output of a node has a quantiser of its own.
Grid grid_of(const FusedNode& node);

/// Whether it has a run on bytes of its own.
bool has_integers(const FusedNode& node);

std::size_t tape_of(const FusedNode& node, const DigitalMaps& maps);

/// All of all maps of the output, shared by `threads` threads.
void run_digital(const FusedNode& node, const DigitalRun& run, int threads);

/// All of the gradient of one input.
void run_digital_backward(const FusedNode& node, const DigitalBackward& run);

/// On bytes, all maps of the output.
void run_digital_integer(const FusedNode& node, const IntegerRun& run);

/// Empty for what is not compiled.
onednn::Primitive compile_digital(const FusedNode& node, const DigitalMaps& maps, const Compiling& how);
onednn::Primitive compile_digital_backward(const FusedNode& node, const DigitalMaps& maps,
                                           const Compiling& how);
onednn::Primitive compile_digital_integer(const FusedNode& node, const IntegerMaps& maps,
                                          const Compiling& how);

}  // namespace dpac
