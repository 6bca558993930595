/// @file
/// The input of a network that reads text.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// words[id] + types[type] + positions[t] for token t of a sequence, summed in this order. Ids and types are
/// in range, and no sequence is longer than the positions.
struct EmbeddingOp {
  static constexpr bool kIntegers = false;
  SharedTensor words;      ///< [vocabulary, features].
  SharedTensor positions;  ///< [longest sequence, features].
  SharedTensor types;      ///< [types, features].
  int64_t tokens = 0;      ///< The nominal length of a sequence: that of the derived shapes.
};

Value output_of(const EmbeddingOp& op, InputValues inputs);
Grid grid_of(const EmbeddingOp& op);
void run_sequence(const EmbeddingOp& op, const DigitalRun& run, std::size_t sequence);

}  // namespace dpac
