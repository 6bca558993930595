/// @file
/// A step of learning to be timed: what a timing of learning puts in the noisy network's place.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learn/differentiator.h"
#include "learn/learner.h"

namespace dpac {

class TimedLearning {
 public:
  /// Learns the energy of every layer, from that of `noise` on.
  TimedLearning(const Graph& graph, const DifferentiatorOptions& options, const NoiseConfig& noise);

  /// One step: forward, backward and the change of the energies. The labels are the first classes, scores
  /// are 1.
  /// @throws Error unless the loss is finite.
  void run(const Inputs& inputs, std::span<const int64_t> samples);

 private:
  Differentiator differentiator_;
  Learner learner_;
};

}  // namespace dpac
