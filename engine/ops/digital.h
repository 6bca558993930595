/// @file
/// How digital ops run: arithmetic between analog operations, without noise. They run in parts that any
/// number of threads share, so that results do not depend on how.
///
/// A digital op is a struct in a header of its own with, beside output_of():
///
///     static constexpr bool kIntegers                         whether it has a run on bytes
///     Grid grid_of(const Op&)                                 whether its output has a quantiser
///     std::size_t tape_of(const Op&, const DigitalMaps&)      floats that a backward reads
///
/// and a run with its backward in exactly one of these ways:
///
///     by blocks: a channel block of a map at a time
///       void run_block(const Op&, const DigitalRun&, int64_t map, int64_t block)
///       void run_backward(const Op&, const DigitalBackward&, int64_t map, int64_t block)
///     by pixels: all channels of pixels [begin, end) of a map at a time, finished in the same pass
///       void run_pixels(const Op&, const DigitalRun&, int64_t map, const Pixels&)
///       void run_backward(const Op&, const DigitalBackward&, int64_t map, const Pixels&)
///     by sequences: of text, a sequence at a time
///       void run_sequence(const Op&, const DigitalRun&, std::size_t sequence)
///       void run_backward(const Op&, const DigitalBackward&, std::size_t sequence)
///     compiled: a primitive of oneDNN, which keeps its own tape, on values as they are stored; all others
///     run on float32
///       onednn::Primitive compile(const Op&, const DigitalMaps&, const Compiling&)
///       onednn::Primitive compile_backward(const Op&, const DigitalMaps&, const Compiling&)
///
/// On bytes, if kIntegers, a map at a time or compiled (without, the integer plan goes through floats):
///
///     void run_integer(const Op&, const IntegerRun&, int64_t map)
///     onednn::Primitive compile_integer(const Op&, const IntegerMaps&, const Compiling&)
///
/// An op that reads only the network's input has neither tape nor backward, for there is no noise before it.
/// One that lacks any of these does not compile where engine/ops/digital_ops.cpp visits all ops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"
#include "engine/storage.h"
#include "engine/tokens.h"
#include "kernels/integer_map.h"
#include "kernels/layout.h"
#include "kernels/quantizer.h"

namespace dpac {

/// The maps of a value in a run: `count` of one shape, one after another. Of text there is one map, whose
/// pixels are the tokens of all sequences, or the sequences.
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

/// Pixels [begin, end) of a map.
struct Pixels {
  int64_t begin = 0, end = 0;
};

/// What becomes of the values of an op that runs by pixels; of others it is a pass of its own.
struct Finish {
  Quantizer quantizer = {};
  uint8_t* passes = nullptr;  ///< A bit per element of all maps, set where the quantiser does not clamp.
  float* sums = nullptr;      ///< Sum over the channels of y^2, per pixel of all maps.
};

/// A run forward. `tape` is null without a backward; else of tape_of() floats.
struct DigitalRun {
  const DigitalMaps& maps;
  const float* const* in;
  float* out;
  float* tape;
  std::span<const PlacedSequence> sequences = {};  ///< Of text.
  Finish finish = {};
};

/// A run backward, for one of the inputs: what its gradient gains is added to `in_gradient`. The gradient of
/// the output is not needed any more afterwards where the op has one input.
struct DigitalBackward {
  const DigitalMaps& maps;
  std::size_t input;
  float* out_gradient;
  float* in_gradient;
  const float* tape;
  std::span<const PlacedSequence> sequences = {};
  const uint8_t* passes = nullptr;  ///< What an op that runs by pixels finished them with.
};

/// How primitives are made.
struct Compiling {
  int threads = 1;
  bool recording = false;              ///< A backward follows.
  Storage storage = Storage::float32;  ///< Of inputs and output; float32 where a backward follows.
};

/// A value in bytes.
struct IntegerValue {
  MapShape shape;
  IntegerMap map;  ///< Of one sample.
  Quantizer quantizer;
};

/// What a digital op reads and makes on bytes.
struct IntegerMaps {
  std::vector<IntegerValue> in;
  IntegerValue out;
  int64_t count = 1;  ///< Maps of each, one after another.
};

struct IntegerRun {
  const IntegerMaps& maps;
  const uint8_t* const* in;
  uint8_t* out;
};

/// Zeros the lanes beyond the last channel of a channel block.
void clear_lanes(const RunMaps& maps, int64_t block, float* values);

}  // namespace dpac
