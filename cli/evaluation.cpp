#include "cli/evaluation.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "cli/session.h"
#include "cli/support/interrupt.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

// Samples times passes between two looks for Ctrl-C: a few seconds of a large network.
constexpr int64_t kTogether = 128;

class Run {
 public:
  Run(Network& network, const ImageDataset& names, const EvaluationPlan& plan)
      : network_(network),
        names_(names),
        plan_(plan),
        classes_(static_cast<std::size_t>(network.graph().classes())) {
    result_.tallies.assign(plan.points.size(), std::vector<Tally>(plan.seeds_per_point()));
  }

  void batch(const ImageBatch& batch, Progress& progress, const LogitsSink& sink) {
    check(batch);
    const int64_t step = std::max<int64_t>(1, kTogether / batch.n), passes = plan_.passes();
    for (int64_t first = 0; first < passes; first += step) {
      stop_if_interrupted();
      const int64_t count = std::min(step, passes - first);
      set_noise(first, count);
      run_network(batch, count);
      for (int64_t p = 0; p < count; ++p) take(batch, first + p, logits_of(batch, p), sink);
      progress.advance(count * batch.n);
    }
  }

  [[nodiscard]] Evaluation result() const { return result_; }

 private:
  void set_noise(int64_t first, int64_t count) {
    if (first == first_set_ && count == count_set_) return;
    std::vector<NoiseConfig> configs;
    for (auto p = static_cast<std::size_t>(first); p < static_cast<std::size_t>(first + count); ++p) {
      configs.push_back(plan_.points[p / plan_.seeds_per_point()]);
      if (!plan_.seeds.empty()) configs.back().seed = plan_.seeds[p % plan_.seeds.size()];
    }
    network_.set_noise(configs);
    first_set_ = first;
    count_set_ = count;
  }

  void check(const ImageBatch& batch) const {
    for (std::size_t i = 0; i < batch.indices.size(); ++i) {
      check_label(names_, batch.indices[i], batch.labels[i], static_cast<int64_t>(classes_));
    }
  }

  void run_network(const ImageBatch& batch, int64_t passes) {
    logits_.resize(static_cast<std::size_t>(passes) * batch.indices.size() * classes_);
    const auto start = std::chrono::steady_clock::now();
    network_.run(batch.images, batch.indices, logits_);
    result_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  /// Of a pass of the run just made, [n, classes].
  [[nodiscard]] std::span<const float> logits_of(const ImageBatch& batch, int64_t pass) const {
    const std::size_t size = batch.indices.size() * classes_;
    return std::span(logits_).subspan(static_cast<std::size_t>(pass) * size, size);
  }

  void take(const ImageBatch& batch, int64_t pass, std::span<const float> logits, const LogitsSink& sink) {
    const auto seeds = static_cast<int64_t>(plan_.seeds_per_point());
    auto& point = result_.tallies[static_cast<std::size_t>(pass / seeds)];
    count(batch, logits, point[static_cast<std::size_t>(pass % seeds)]);
    sink(batch, logits);
  }

  void count(const ImageBatch& batch, std::span<const float> logits, Tally& tally) const {
    for (std::size_t i = 0; i < batch.indices.size(); ++i) {
      const auto own = logits.subspan(i * classes_, classes_);
      if (!std::all_of(own.begin(), own.end(), [](float l) { return std::isfinite(l); })) {
        if (plan_.overflow_is_wrong) {
          ++tally.samples;
          continue;
        }
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
  int64_t first_set_ = 0, count_set_ = 0;  // The passes whose noise the network has.
  std::vector<float> logits_;
  Evaluation result_;
};

}  // namespace

int64_t EvaluationPlan::passes() const {
  return static_cast<int64_t>(points.size() * seeds_per_point());
}

std::size_t EvaluationPlan::seeds_per_point() const {
  return std::max<std::size_t>(seeds.size(), 1);
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
