/// @file
/// Samples as networks run on them, whether they are images or text.
#pragma once

#include <cstdint>
#include <span>

#include "engine/inputs.h"
#include "learn/loss.h"

namespace dpac {

/// Consecutive samples of a run.
struct SampleBatch {
  Inputs inputs;  ///< What Network::run() takes, with
  std::span<const int64_t>
      samples;  ///< the indices that choose the noise: one, or two where a sample is two inputs.
  std::span<const int64_t> indices;  ///< [n], in the data set.
  Targets targets;                   ///< [n] labels or scores; empty where the data have none.
  int64_t n = 0;
};

/// Reads a list of samples once, in order. For one consumer thread.
class SampleReader {
 public:
  SampleReader() = default;
  SampleReader(const SampleReader&) = delete;
  SampleReader& operator=(const SampleReader&) = delete;
  virtual ~SampleReader() = default;

  /// The next batch, valid until the next call; null at the end.
  /// @throws Error naming the sample that cannot be read.
  virtual const SampleBatch* next() = 0;
};

}  // namespace dpac
