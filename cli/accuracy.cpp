#include "cli/accuracy.h"

#include <array>
#include <cassert>
#include <iterator>

#include <fmt/format.h>

#include "cli/support/json.h"

namespace dpac::cli {
namespace {

constexpr int64_t kTop = 5;

struct NamedMetric {
  const char *key, *name;
  std::optional<double> Metrics::*value;
};

constexpr std::array kMetrics{NamedMetric{"accuracy", "accuracy", &Metrics::accuracy},
                              NamedMetric{"f1", "F1", &Metrics::f1},
                              NamedMetric{"matthews", "Matthews", &Metrics::matthews},
                              NamedMetric{"pearson", "Pearson", &Metrics::pearson},
                              NamedMetric{"spearman", "Spearman", &Metrics::spearman}};

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

/// None where a pass has none, or there is no pass.
std::optional<double> mean_of(const std::vector<Metrics>& passes, std::optional<double> Metrics::*member) {
  if (passes.empty()) return std::nullopt;
  std::vector<double> values;
  for (const Metrics& pass : passes) {
    if (!(pass.*member)) return std::nullopt;
    values.push_back(*(pass.*member));
  }
  return mean(values);
}

Json metrics_json(const std::vector<Metrics>& passes) {
  if (passes.empty()) return nullptr;
  Json json;
  for (const NamedMetric& metric : kMetrics) json[metric.key] = or_null(mean_of(passes, metric.value));
  return json;
}

std::string metrics_text(const Accuracy& accuracy) {
  std::string text;
  for (const NamedMetric& metric : kMetrics) {
    const auto value = mean_of(accuracy.metrics, metric.value);
    if (value && metric.value != &Metrics::accuracy)
      text += fmt::format("{:<7} {:.4f}\n", metric.name, *value);
  }
  return text;
}

}  // namespace

Accuracy accuracy_of(const Evaluation& evaluation, std::size_t point, int64_t classes) {
  const PointTally& tally = evaluation.points[point];
  Accuracy accuracy = accuracy_of(tally, evaluation.truth, classes);
  if (accuracy.measure == Measure::top1 && evaluation.noise_free) {
    accuracy.loss = paired_loss(evaluation.noise_free->right, tally.right, std::ssize(tally.passes));
  }
  return accuracy;
}

Accuracy noise_free_accuracy(const Evaluation& evaluation, int64_t classes) {
  assert(evaluation.noise_free);
  return accuracy_of(*evaluation.noise_free, evaluation.truth, classes);
}

void write(const Accuracy& accuracy, std::span<const uint64_t> seeds, Json& json) {
  const bool top1 = accuracy.measure == Measure::top1;
  json["top1"] = top1 ? or_null(std::optional(accuracy.value)) : nullptr;
  json["top5"] = or_null(accuracy.top5);
  json["metrics"] = metrics_json(accuracy.metrics);
  json["seeds"] = Json::array();
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    Json seed{{"seed", seeds[i]}, {"top1", nullptr}};
    if (top1) seed["top1"] = accuracy.by_pass[i];
    if (!accuracy.metrics.empty()) seed["metrics"] = metrics_json({accuracy.metrics[i]});
    json["seeds"].push_back(seed);
  }
  json["top1_std"] = top1 ? or_null(accuracy.std) : nullptr;
  json["top1_ci95"] = interval_json(accuracy.ci95);
  json["loss"] = loss_json(accuracy.loss);
}

void write_value(const Accuracy& accuracy, std::span<const uint64_t> seeds, Json& json) {
  write(accuracy, seeds, json);
  json["top1"] = value_json(accuracy);
  json["top1_std"] = or_null(accuracy.std);
}

Json value_json(const Accuracy& accuracy) {
  if (accuracy.measure == Measure::none) return nullptr;
  return accuracy.value;
}

Json interval_json(const std::optional<Interval>& interval) {
  if (!interval) return nullptr;
  return {interval->low, interval->high};
}

Json loss_json(const std::optional<PairedLoss>& loss) {
  if (!loss) return nullptr;
  return {{"mean", loss->mean}, {"ci95", interval_json(loss->ci95)}};
}

std::string percent(double fraction) {
  return fmt::format("{:.2f} %", 100 * fraction);
}

std::string percent(const Accuracy& accuracy) {
  if (accuracy.measure == Measure::none) return "-";
  if (accuracy.measure == Measure::spearman) {
    if (!accuracy.std) return fmt::format("{:.4f}", accuracy.value);
    return fmt::format("{:.4f} +- {:.4f}", accuracy.value, *accuracy.std);
  }
  if (!accuracy.std) return percent(accuracy.value);
  return fmt::format("{:.2f} +- {:.2f} %", 100 * accuracy.value, 100 * *accuracy.std);
}

std::string header_of(const Accuracy& accuracy) {
  return accuracy.measure == Measure::spearman ? "Spearman" : "top-1";
}

std::string text_of(const Accuracy& accuracy) {
  if (accuracy.measure == Measure::none)
    return "nothing to measure by: the data have no labels or scores for it\n";
  if (accuracy.measure == Measure::spearman) return metrics_text(accuracy);
  const std::string spread = accuracy.std ? fmt::format(" over {} seeds", accuracy.by_pass.size()) : "";
  std::string text = fmt::format("top-1   {}{} (95 % interval of the samples {})\n", percent(accuracy),
                                 spread, text_of(accuracy.ci95));
  if (accuracy.loss) {
    text += fmt::format("loss    {} against the same samples without noise\n", loss_text(*accuracy.loss));
  }
  if (accuracy.top5) text += fmt::format("top-5   {}\n", percent(*accuracy.top5));
  return text + metrics_text(accuracy);
}

std::string points_text(double fraction) {
  const std::string text = fmt::format("{:.2f}", 100 * fraction);
  return text == "-0.00" ? "0.00" : text;
}

std::string loss_text(const PairedLoss& loss) {
  return fmt::format("{} points (95 % interval {} ... {})", points_text(loss.mean),
                     points_text(loss.ci95.low), points_text(loss.ci95.high));
}

std::string text_of(const std::optional<Interval>& interval) {
  if (!interval) return "-";
  return fmt::format("{:.2f} ... {:.2f} %", 100 * interval->low, 100 * interval->high);
}

}  // namespace dpac::cli
