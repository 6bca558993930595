/// @file
/// The experiment of docs/model.md section 4: a noisy network beside one with as many levels as the noise is
/// worth.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/network.h"
#include "study/bits/bits_point.h"
#include "study/calibration/analog_setup.h"
#include "study/evaluation/passes.h"
#include "study/session/session.h"

namespace dpac {

/// What the experiment is made with; all of it must outlive it.
struct BitsInputs {
  const Session& session;
  const AnalogSettings& analog;
  const AnalogSetup& setup;
  const RunSettings& run;
};

class BitsExperiment {
 public:
  /// Layers are measured on `measured` of the session's samples, spread evenly.
  BitsExperiment(const BitsInputs& inputs, EvaluationPlan plan, int64_t measured);

  /// One result per point of the plan. @throws Error as run_passes() does.
  [[nodiscard]] std::vector<BitsPoint> run() const;

  [[nodiscard]] int64_t measured_samples() const { return static_cast<int64_t>(measured_.size()); }

 private:
  [[nodiscard]] Network compile(NetworkOptions options) const;
  [[nodiscard]] PassTallies evaluate_on_all(Network& network, const EvaluationPlan& plan,
                                            Progress& progress) const;
  [[nodiscard]] std::vector<LayerPrecision> measure(Network& clean, Network& noisy, Progress& progress) const;
  [[nodiscard]] Accuracy with_equal_bits(const std::vector<LayerPrecision>& layers, Progress& progress) const;

  BitsInputs inputs_;
  EvaluationPlan plan_;
  std::vector<int64_t> measured_;
};

}  // namespace dpac
