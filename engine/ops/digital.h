/// @file
/// How digital ops run: arithmetic between analog operations, without noise, one channel block of one map at
/// a time, so that any number of threads share the work and results do not depend on how.
///
/// A digital op is a struct in a header of its own with, beside output_of(), these functions:
///
///     Grid grid_of(const Op&)                                 whether its output has a quantiser
///     std::size_t tape_of(const Op&, const DigitalMaps&)      floats that a backward reads
///     void run_block(const Op&, const DigitalRun&, int64_t map, int64_t block)
///     void run_backward(const Op&, const DigitalBackward&, int64_t map, int64_t block)
///
/// One that lacks any of them does not compile where engine/ops/digital_ops.cpp visits all ops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/ops/value.h"
#include "kernels/layout.h"

namespace dpac {

/// Which quantiser's grid the output of an op is on (docs/model.md section 3).
enum class Grid {
  own,        ///< One of its own: a quantised tensor.
  of_inputs,  ///< Those of its inputs: every output is one of their values.
};

/// The maps of a value in a run: `count` of one shape, one after another.
struct RunMaps {
  MapShape shape;
  int block = 16;
  int64_t count = 1;

  [[nodiscard]] BlockedMap map() const { return {shape.channels, shape.pixels(), block}; }
  /// Floats of a channel block of a map.
  [[nodiscard]] int64_t block_size() const { return shape.pixels() * block; }
  [[nodiscard]] int64_t size() const { return count * map().size(); }

  /// Where a channel block of a map begins.
  [[nodiscard]] int64_t at(int64_t map_index, int64_t block_index) const {
    return map_index * map().size() + block_index * block_size();
  }
};

/// What a digital op reads and makes.
struct DigitalMaps {
  std::vector<RunMaps> in;
  RunMaps out;
};

/// A run forward. `tape` is null without a backward; else of tape_of() floats.
struct DigitalRun {
  const DigitalMaps& maps;
  const float* const* in;
  float* out;
  float* tape;
};

/// A run backward, for one of the inputs: what its gradient gains is added to `in_gradient`.
struct DigitalBackward {
  const DigitalMaps& maps;
  std::size_t input;
  const float* out_gradient;
  float* in_gradient;
  const float* tape;
};

/// Zeros the lanes beyond the last channel of a channel block.
void clear_lanes(const RunMaps& maps, int64_t block, float* values);

}  // namespace dpac
