/// @file
/// A clean and a noisy network that take turns, so that whatever else the machine does meets both alike.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/options/model_options.h"
#include "cli/options/noise_options.h"
#include "cli/options/output_options.h"
#include "cli/options/quantization_options.h"
#include "engine/graph.h"
#include "engine/network.h"

namespace dpac::cli {

struct BenchOptions {
  ModelOptions model;
  RunOptions run;
  NoiseOptions noise{.noise = "shot"};
  QuantizationOptions quantization;
  OutputOptions output;
  int warmup = 2;
  int rounds = 15;
};

/// One network and what it writes to.
struct TimedNetwork {
  Network network;
  std::vector<float> logits;
  std::vector<double> ms_per_sample;
};

/// The clean network has no quantiser.
class BenchPair {
 public:
  BenchPair(const BenchOptions& options, Graph graph);

  /// @throws Error unless both give finite logits and the noise changes them: no other times are worth
  /// reporting.
  void check();

  /// Both once; `clean_first` alternates, so that neither always finds the other's cache. Every round has
  /// samples of its own, since samples may share a draw of weights.
  void round(bool clean_first);

  [[nodiscard]] const TimedNetwork& clean() const { return clean_; }
  [[nodiscard]] const TimedNetwork& noisy() const { return noisy_; }

 private:
  /// Milliseconds per sample.
  double run(TimedNetwork& timed);

  std::vector<float> images_;
  TimedNetwork clean_, noisy_;
  std::vector<int64_t> samples_;
  NoiseConfig noise_;
};

}  // namespace dpac::cli
