/// @file
/// A clean network and a noisy one, or a step of learning, that take turns, so that whatever else the machine
/// does meets both alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/network.h"
#include "study/support/progress.h"
#include "study/timing/time_noise.h"
#include "study/timing/timed_inputs.h"
#include "study/timing/timed_learning.h"

namespace dpac {

/// One network and what it writes to.
struct TimedNetwork {
  Network network;
  std::vector<float> logits;
};

/// What came out of all rounds.
struct PairTimes {
  RoundTimes clean, noisy;
  double ratio = 0;  ///< The median of each round's noisy / clean.
};

/// The clean network has no quantiser.
class TimedPair {
 public:
  /// @param clean What the clean network computes in.
  TimedPair(const TimingSettings& settings, const Graph& graph, TimedInputs inputs, Arithmetic clean);

  /// Both in turns, once in every round, those of the warm-up left out. @throws Error unless both give finite
  /// logits and the noise changes them, or the step's loss is finite: no other times are worth reporting.
  PairTimes measure(const TimingSettings& settings, Progress& progress);

  /// Of the noisy side's products.
  [[nodiscard]] std::string_view arithmetic() const;

  [[nodiscard]] std::size_t samples_per_round() const { return inputs_.samples().size(); }

 private:
  /// Milliseconds a sample, one entry a round.
  struct Rounds {
    std::vector<double> clean, noisy;
  };

  /// Before the first round.
  void check();

  /// `clean_first` alternates, so that neither always finds the other's cache. Every round has samples of its
  /// own, since samples may share a draw of weights.
  void round(bool clean_first, Rounds& rounds);
  double time_clean();
  double time_noisy();
  void run(TimedNetwork& timed) { timed.network.run(inputs_.inputs(), inputs_.samples(), timed.logits); }
  void check_noise_is_seen();

  TimedInputs inputs_;
  TimedNetwork clean_;
  std::optional<TimedNetwork> noisy_;  // Either this one or learning_.
  std::optional<TimedLearning> learning_;
  NoiseConfig noise_;
};

}  // namespace dpac
