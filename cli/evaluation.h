/// @file
/// Runs a network over a data set: every batch is decoded once, and goes through the network once per energy
/// and seed.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "cli/accuracy.h"
#include "cli/support/progress.h"
#include "engine/network.h"
#include "engine/noise_config.h"
#include "loaders/dataset.h"
#include "loaders/prefetch.h"

namespace dpac::cli {

/// Every energy is run with every seed. Without noise there is one entry of `energies`, empty, and no seed.
struct EvaluationPlan {
  NoiseKind noise = NoiseKind::none;
  std::vector<Energies> energies;
  std::vector<uint64_t> seeds;

  [[nodiscard]] int64_t passes() const;
};

struct Evaluation {
  std::vector<std::vector<Tally>> tallies;  ///< [energy][seed], or [1][1] without noise.
  double seconds = 0;                       ///< In the network, of all passes; batches are decoded beside it.

  [[nodiscard]] double ms_per_sample() const;
};

/// Receives every pass's logits, [n, classes].
using LogitsSink = std::function<void(const ImageBatch&, std::span<const float>)>;

/// `network` was compiled for the plan's noise. `progress` advances by a sample for each pass over it.
/// @throws Error naming the sample whose label is no class of the network, whose size does not fit, or whose
/// logits are not finite. @throws Interrupted after Ctrl-C.
Evaluation evaluate(Network& network, BatchReader& reader, const ImageDataset& names,
                    const EvaluationPlan& plan, Progress& progress, const LogitsSink& sink);

}  // namespace dpac::cli
