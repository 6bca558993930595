#include "study/evaluation/pass_accuracy.h"

#include <cassert>
#include <iterator>

#include "study/evaluation/tally.h"

namespace dpac {
namespace {

constexpr int64_t kTop = 5;

double share(int64_t part, int64_t all) {
  return static_cast<double>(part) / static_cast<double>(all);
}

Accuracy top1_of(const PointTally& point, const TrueAnswers& truth, int64_t classes) {
  int64_t samples = 0, top1 = 0, top5 = 0;
  Accuracy accuracy{.measure = Measure::top1};
  for (const Tally& pass : point.passes) {
    samples += pass.samples;
    top1 += pass.top1;
    top5 += pass.top5;
    accuracy.by_pass.push_back(share(pass.top1, pass.samples));
    if (pass.classes.empty()) continue;
    accuracy.metrics.push_back(classification_metrics(pass.classes, truth.labels, static_cast<int>(classes)));
  }
  accuracy.value = share(top1, samples);
  if (classes >= kTop) accuracy.top5 = share(top5, samples);
  accuracy.ci95 = accuracy_interval(point.right, std::ssize(point.passes));
  return accuracy;
}

Accuracy spearman_of(const PointTally& point, const TrueAnswers& truth) {
  Accuracy accuracy{.measure = Measure::spearman};
  for (const Tally& pass : point.passes) {
    accuracy.metrics.push_back(regression_metrics(pass.scores, truth.scores));
    accuracy.by_pass.push_back(accuracy.metrics.back().spearman.value_or(0));
  }
  accuracy.value = mean(accuracy.by_pass);
  return accuracy;
}

Accuracy accuracy_of(const PointTally& point, const TrueAnswers& truth, int64_t classes) {
  Accuracy accuracy;
  if (!truth.labels.empty()) accuracy = top1_of(point, truth, classes);
  if (!point.passes.front().scores.empty()) accuracy = spearman_of(point, truth);
  accuracy.std = sample_std(accuracy.by_pass);
  return accuracy;
}

}  // namespace

Accuracy accuracy_of(const PassTallies& evaluation, std::size_t point, int64_t classes) {
  const PointTally& tally = evaluation.points[point];
  Accuracy accuracy = accuracy_of(tally, evaluation.truth, classes);
  if (accuracy.measure == Measure::top1 && evaluation.noise_free) {
    accuracy.loss = paired_loss(evaluation.noise_free->right, tally.right, std::ssize(tally.passes));
  }
  return accuracy;
}

Accuracy noise_free_accuracy(const PassTallies& evaluation, int64_t classes) {
  assert(evaluation.noise_free);
  return accuracy_of(*evaluation.noise_free, evaluation.truth, classes);
}

}  // namespace dpac
