#include "cli/evaluation.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "cli/support/interrupt.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

class Run {
 public:
  Run(Network& network, const ImageDataset& names, const EvaluationPlan& plan)
      : network_(network),
        names_(names),
        plan_(plan),
        classes_(static_cast<std::size_t>(network.graph().classes())) {
    const std::size_t seeds = std::max<std::size_t>(plan.seeds.size(), 1);
    result_.tallies.assign(plan.energies.size(), std::vector<Tally>(seeds));
  }

  void batch(const ImageBatch& batch, Progress& progress, const LogitsSink& sink) {
    check(batch);
    logits_.resize(batch.indices.size() * classes_);
    for (std::size_t e = 0; e < result_.tallies.size(); ++e) {
      for (std::size_t s = 0; s < result_.tallies[e].size(); ++s) {
        stop_if_interrupted();
        if (plan_.noise != NoiseKind::none)
          network_.set_noise({plan_.noise, plan_.energies[e], plan_.seeds[s]});
        run_network(batch);
        count(batch, result_.tallies[e][s]);
        sink(batch, logits_);
        progress.advance(static_cast<int64_t>(batch.indices.size()));
      }
    }
  }

  [[nodiscard]] Evaluation result() const { return result_; }

 private:
  void check(const ImageBatch& batch) const {
    for (std::size_t i = 0; i < batch.indices.size(); ++i) {
      if (batch.labels[i] >= 0 && batch.labels[i] < static_cast<int>(classes_)) continue;
      throw Error(fmt::format("{}: its label is {}, but the network has the classes 0 ... {}",
                              names_.name(batch.indices[i]), batch.labels[i], classes_ - 1));
    }
  }

  void run_network(const ImageBatch& batch) {
    const auto start = std::chrono::steady_clock::now();
    network_.run(batch.images, batch.indices, logits_);
    result_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  void count(const ImageBatch& batch, Tally& tally) const {
    for (std::size_t i = 0; i < batch.indices.size(); ++i) {
      const auto own = std::span(logits_).subspan(i * classes_, classes_);
      if (!std::all_of(own.begin(), own.end(), [](float l) { return std::isfinite(l); })) {
        throw Error(
            fmt::format("{}: the network's logits are not finite; do the weights fit the preprocessing?",
                        names_.name(batch.indices[i])));
      }
      const int64_t rank = rank_of(own, batch.labels[i]);
      ++tally.samples;
      tally.top1 += rank < 1;
      tally.top5 += rank < 5;
    }
  }

  Network& network_;
  const ImageDataset& names_;
  const EvaluationPlan& plan_;
  std::size_t classes_;
  std::vector<float> logits_;
  Evaluation result_;
};

}  // namespace

int64_t EvaluationPlan::passes() const {
  return static_cast<int64_t>(energies.size() * std::max<std::size_t>(seeds.size(), 1));
}

double Evaluation::ms_per_sample() const {
  int64_t samples = 0;
  for (const auto& seeds : tallies) {
    for (const Tally& tally : seeds) samples += tally.samples;
  }
  return 1000 * seconds / static_cast<double>(samples);
}

Evaluation evaluate(Network& network, BatchReader& reader, const ImageDataset& names,
                    const EvaluationPlan& plan, Progress& progress, const LogitsSink& sink) {
  Run run(network, names, plan);
  while (const ImageBatch* batch = reader.next()) run.batch(*batch, progress, sink);
  return run.result();
}

}  // namespace dpac::cli
