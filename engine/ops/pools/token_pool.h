/// @file
/// One pixel for a sequence of tokens.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// A sequence's first token, or the average of its real ones, summed one after another.
struct TokenPoolOp {
  static constexpr bool kIntegers = false;
  enum class Kind { first, mean };
  Kind kind = Kind::first;
};

Value output_of(const TokenPoolOp& op, InputValues inputs);
Grid grid_of(const TokenPoolOp& op);
std::size_t tape_of(const TokenPoolOp& op, const DigitalMaps& maps);
void run_sequence(const TokenPoolOp& op, const DigitalRun& run, std::size_t sequence);
void run_backward(const TokenPoolOp& op, const DigitalBackward& run, std::size_t sequence);

}  // namespace dpac
