/// @file
/// What networks are timed on.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/inputs.h"
#include "study/session/session.h"

namespace dpac {

/// The inputs of a round.
class TimedInputs {
 public:
  /// `count` images of uniform noise in the range of normalised pixels, or sequences of random tokens of the
  /// graph's nominal length: time does not depend on what images show or texts say.
  static TimedInputs random(const Graph& graph, int64_t count);

  /// All samples of the session's data, whose texts must outlive it; without data random ones, a batch or,
  /// under a noise that is drawn for several samples, whole groups of them.
  static TimedInputs of(const Session& session, const RunSettings& run, NoiseKind noise);

  [[nodiscard]] Inputs inputs() const;
  [[nodiscard]] const std::vector<int64_t>& samples() const { return samples_; }

  /// Samples of the next round, which share no draw of weights with those before.
  void next_round();

 private:
  std::vector<float> images_;
  std::vector<int32_t> ids_, types_;  // Of random sequences.
  std::vector<TokenSequence> sequences_;
  std::vector<int64_t> samples_;
};

}  // namespace dpac
