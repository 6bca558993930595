#include "study/calibration/calibration.h"

#include <fmt/format.h>

#include "study/support/machine.h"
#include "study/support/progress.h"

namespace dpac {
namespace {

std::vector<int64_t> chosen_samples(const OpenedData& data, const CalibrationPlan& plan) {
  const auto all = static_cast<int64_t>(data.samples.size());
  std::vector<int64_t> chosen = random_permutation(all, plan.batches * kCalibrationBatch, plan.seed);
  for (int64_t& sample : chosen) sample = data.samples[static_cast<std::size_t>(sample)];
  return chosen;
}

}  // namespace

CalibrationRecord calibrate_on(const OpenedData& data, const Graph& graph, const std::string& weights_sha256,
                               const CalibrationPlan& plan, const RunSettings& run) {
  const int threads = thread_count(run.threads);
  const std::vector<int64_t> samples = chosen_samples(data, plan);
  const int64_t batches = (static_cast<int64_t>(samples.size()) + kCalibrationBatch - 1) / kCalibrationBatch;
  const int passes = plan.method == CalibrationMethod::percentile ? 2 : 1;
  Progress progress(batches * passes, "calibration batches", run.progress, run.poll);
  const BatchSource source = [&](const BatchVisitor& visit) {
    const auto reader = data.source->read(graph, samples, {.batch = kCalibrationBatch, .threads = threads});
    while (const SampleBatch* batch = reader->next()) {
      progress.check();
      visit(batch->inputs);
      progress.advance(1);
    }
  };
  return {.ranges = calibrate(graph, plan.method, threads, source, run.poll),
          .method = std::string(name(plan.method)),
          .batches = batches,
          .weights_sha256 = weights_sha256,
          .preprocessing = data.source->preprocessing()};
}

std::string shortage(const CalibrationRecord& record, const CalibrationPlan& plan) {
  if (record.batches == plan.batches) return "";
  return fmt::format("calibrated on all samples there are: {} batches of {} instead of {}", record.batches,
                     kCalibrationBatch, plan.batches);
}

}  // namespace dpac
