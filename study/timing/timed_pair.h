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
#include "study/timing/time_noise.h"
#include "study/timing/timed_inputs.h"
#include "study/timing/timed_learning.h"

namespace dpac {

/// One network and what it writes to.
struct TimedNetwork {
  Network network;
  std::vector<float> logits;
};

/// The clean network has no quantiser.
class TimedPair {
 public:
  TimedPair(const TimingSettings& settings, const Graph& graph, TimedInputs inputs);

  /// @throws Error unless both give finite logits and the noise changes them, or the step's loss is finite:
  /// no other times are worth reporting.
  void check();

  /// Both once; `clean_first` alternates, so that neither always finds the other's cache. Every round has
  /// samples of its own, since samples may share a draw of weights.
  void round(bool clean_first);

  /// Milliseconds per sample, one entry per round.
  [[nodiscard]] const std::vector<double>& clean_ms() const { return clean_ms_; }
  [[nodiscard]] const std::vector<double>& noisy_ms() const { return noisy_ms_; }

  /// Of the noisy side's products.
  [[nodiscard]] std::string_view arithmetic() const;

  [[nodiscard]] std::size_t samples_per_round() const { return inputs_.samples().size(); }

 private:
  double time_clean();
  double time_noisy();
  void run(TimedNetwork& timed) { timed.network.run(inputs_.inputs(), inputs_.samples(), timed.logits); }
  void check_noise_is_seen();

  TimedInputs inputs_;
  TimedNetwork clean_;
  std::optional<TimedNetwork> noisy_;  // Either this one or learning_.
  std::optional<TimedLearning> learning_;
  NoiseConfig noise_;
  std::vector<double> clean_ms_, noisy_ms_;
};

}  // namespace dpac
