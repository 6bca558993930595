#include "cli/accuracy.h"

#include <array>

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

Accuracy top1_of(std::span<const Tally> passes, const TrueAnswers& truth, int64_t classes) {
  Tally all;
  Accuracy accuracy{.measure = Measure::top1};
  for (const Tally& pass : passes) {
    all.samples += pass.samples;
    all.top1 += pass.top1;
    all.top5 += pass.top5;
    accuracy.by_pass.push_back(share(pass.top1, pass.samples));
    if (pass.classes.empty()) continue;
    accuracy.metrics.push_back(classification_metrics(pass.classes, truth.labels, static_cast<int>(classes)));
  }
  accuracy.value = share(all.top1, all.samples);
  if (classes >= kTop) accuracy.top5 = share(all.top5, all.samples);
  accuracy.ci95 = wilson_interval(all.top1, all.samples);
  return accuracy;
}

Accuracy spearman_of(std::span<const Tally> passes, const TrueAnswers& truth) {
  Accuracy accuracy{.measure = Measure::spearman};
  for (const Tally& pass : passes) {
    accuracy.metrics.push_back(regression_metrics(pass.scores, truth.scores));
    accuracy.by_pass.push_back(accuracy.metrics.back().spearman.value_or(0));
  }
  accuracy.value = mean(accuracy.by_pass);
  return accuracy;
}

/// None where a pass has none.
std::optional<double> mean_of(const std::vector<Metrics>& passes, std::optional<double> Metrics::*member) {
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

Accuracy accuracy_of(std::span<const Tally> passes, const TrueAnswers& truth, int64_t classes) {
  Accuracy accuracy;
  if (!truth.labels.empty()) accuracy = top1_of(passes, truth, classes);
  if (!passes.front().scores.empty()) accuracy = spearman_of(passes, truth);
  accuracy.std = sample_std(accuracy.by_pass);
  return accuracy;
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
  json["top1_ci95"] = interval_json(accuracy);
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

Json interval_json(const Accuracy& accuracy) {
  if (!accuracy.ci95) return nullptr;
  return {accuracy.ci95->low, accuracy.ci95->high};
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
  std::string text =
      fmt::format("top-1   {} (95 % interval {})\n", percent(accuracy), text_of(accuracy.ci95));
  if (accuracy.top5) text += fmt::format("top-5   {}\n", percent(*accuracy.top5));
  return text + metrics_text(accuracy);
}

std::string text_of(const std::optional<Interval>& interval) {
  if (!interval) return "-";
  return fmt::format("{:.2f} ... {:.2f} %", 100 * interval->low, 100 * interval->high);
}

}  // namespace dpac::cli
