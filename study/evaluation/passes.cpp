#include "study/evaluation/passes.h"

#include <algorithm>
#include <chrono>

namespace dpac {
namespace {

// Samples times passes of one run, after which progress is shown: a few seconds of a large network.
constexpr int64_t kTogether = 128;

class Run {
 public:
  Run(const EvaluatedNetworks& networks, const DataSource& names, const EvaluationPlan& plan)
      : networks_(networks), plan_(plan), counter_(networks.network.graph(), names) {
    result_.points.assign(plan.points.size(), PointTally(plan.seeds_per_point()));
    if (networks.baseline != nullptr) result_.noise_free.emplace();
  }

  void batch(const SampleBatch& batch, Progress& progress, const LogitsSink& sink) {
    counter_.check(batch);
    add(batch, result_.truth);
    if (networks_.baseline != nullptr) run_baseline(batch, progress);
    const int64_t step = std::max<int64_t>(1, kTogether / batch.n), passes = plan_.passes();
    for (int64_t first = 0; first < passes; first += step) {
      progress.check();
      const int64_t count = std::min(step, passes - first);
      set_noise(first, count);
      const auto start = std::chrono::steady_clock::now();
      run(networks_.network, batch, count);
      result_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      for (int64_t p = 0; p < count; ++p) take(batch, first + p, logits_of(batch, p), sink);
      progress.advance(count * batch.n);
    }
    samples_ += batch.n;
  }

  [[nodiscard]] PassTallies result() const { return result_; }

 private:
  void run_baseline(const SampleBatch& batch, Progress& progress) {
    progress.check();
    run(*networks_.baseline, batch, 1);
    counter_.count(batch, samples_, logits_of(batch, 0), Overflow::weights, *result_.noise_free, 0);
    progress.advance(batch.n);
  }

  void set_noise(int64_t first, int64_t count) {
    if (first == first_set_ && count == count_set_) return;
    std::vector<NoiseConfig> configs;
    for (auto p = static_cast<std::size_t>(first); p < static_cast<std::size_t>(first + count); ++p) {
      configs.push_back(plan_.points[p / plan_.seeds_per_point()]);
      if (!plan_.seeds.empty()) configs.back().seed = plan_.seeds[p % plan_.seeds.size()];
    }
    networks_.network.set_noise(configs);
    first_set_ = first;
    count_set_ = count;
  }

  void run(Network& network, const SampleBatch& batch, int64_t passes) {
    logits_.resize(static_cast<std::size_t>(passes) * batch.samples.size() * counter_.outputs());
    network.run(batch.inputs, batch.samples, logits_);
  }

  /// Of a pass of the run just made, [inputs, classes].
  [[nodiscard]] std::span<const float> logits_of(const SampleBatch& batch, int64_t pass) const {
    const std::size_t size = batch.samples.size() * counter_.outputs();
    return std::span(logits_).subspan(static_cast<std::size_t>(pass) * size, size);
  }

  void take(const SampleBatch& batch, int64_t pass, std::span<const float> logits, const LogitsSink& sink) {
    const auto seeds = static_cast<int64_t>(plan_.seeds_per_point());
    const auto point = static_cast<std::size_t>(pass / seeds);
    counter_.count(batch, samples_, logits, overflow_of(plan_.points[point]), result_.points[point],
                   static_cast<std::size_t>(pass % seeds));
    if (sink) sink(batch, logits);
  }

  [[nodiscard]] Overflow overflow_of(const NoiseConfig& point) const {
    if (plan_.overflow_is_wrong) return Overflow::wrong;
    return point.kind == NoiseKind::none ? Overflow::weights : Overflow::noise;
  }

  const EvaluatedNetworks networks_;
  const EvaluationPlan& plan_;
  Counter counter_;
  int64_t first_set_ = 0, count_set_ = 0;  // The passes whose noise the network has.
  int64_t samples_ = 0;                    // Of the batches so far.
  std::vector<float> logits_;
  PassTallies result_;
};

}  // namespace

int64_t EvaluationPlan::passes() const {
  return static_cast<int64_t>(points.size() * seeds_per_point());
}

std::size_t EvaluationPlan::seeds_per_point() const {
  return std::max<std::size_t>(seeds.size(), 1);
}

double PassTallies::ms_per_sample() const {
  int64_t samples = 0;
  for (const PointTally& point : points) {
    for (const Tally& pass : point.passes) samples += pass.samples;
  }
  return 1000 * seconds / static_cast<double>(samples);
}

PassTallies run_passes(const EvaluatedNetworks& networks, SampleReader& reader, const DataSource& names,
                       const EvaluationPlan& plan, Progress& progress, const LogitsSink& sink) {
  Run run(networks, names, plan);
  while (const SampleBatch* batch = reader.next()) run.batch(*batch, progress, sink);
  return run.result();
}

}  // namespace dpac
