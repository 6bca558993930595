/// @file
/// Runs a network over a data set: every batch is decoded once for all energies and seeds, and what lies
/// before the first noise is computed once for several of them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/network.h"
#include "engine/noise/noise_config.h"
#include "study/data/data_source.h"
#include "study/evaluation/tally.h"
#include "study/support/progress.h"

namespace dpac {

/// Every point is run with every seed.
struct EvaluationPlan {
  std::vector<NoiseConfig> points;  ///< At least one; without noise, one of that kind.
  std::vector<uint64_t> seeds;      ///< None without noise.
  bool overflow_is_wrong = false;   ///< Logits that are not finite count as a wrong answer, and are no error.

  [[nodiscard]] int64_t passes() const;
  [[nodiscard]] std::size_t seeds_per_point() const;
};

struct PassTallies {
  std::vector<PointTally> points;        ///< In the order of the plan's.
  std::optional<PointTally> noise_free;  ///< Of the baseline, on the same samples; none without one.
  TrueAnswers truth;
  double seconds = 0;  ///< In the network, of the plan's passes; batches are decoded beside it.

  [[nodiscard]] double ms_per_sample() const;
};

/// Receives every pass's logits, [inputs, classes]: the passes of one batch, then those of the next.
using LogitsSink = std::function<void(const SampleBatch&, std::span<const float>)>;

/// The networks of an evaluation, which run on the same batches.
struct EvaluatedNetworks {
  Network& network;             ///< Compiled for the plan's noise, which is set again and again.
  Network* baseline = nullptr;  ///< Without noise, to pair losses with; null for none.
};

/// `progress` advances by a sample for each pass over it, the baseline's included.
/// @throws Error naming the sample whose label is no class of the network, whose size does not fit, or whose
/// logits are not finite. @throws what the poll does.
PassTallies run_passes(const EvaluatedNetworks& networks, SampleReader& reader, const DataSource& names,
                       const EvaluationPlan& plan, Progress& progress, const LogitsSink& sink = {});

}  // namespace dpac
