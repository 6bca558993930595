#include "cli/accuracy.h"

#include <fmt/format.h>

#include "cli/support/json.h"

namespace dpac::cli {
namespace {

constexpr int64_t kTop = 5;

}  // namespace

int64_t rank_of(std::span<const float> logits, int label) {
  const auto own = static_cast<std::size_t>(label);
  int64_t rank = 0;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    rank += logits[c] > logits[own] || (logits[c] == logits[own] && c < own);
  }
  return rank;
}

Accuracy accuracy_of(std::span<const Tally> passes, int64_t classes) {
  Tally all;
  Accuracy accuracy;
  for (const Tally& pass : passes) {
    all.samples += pass.samples;
    all.top1 += pass.top1;
    all.top5 += pass.top5;
    accuracy.by_pass.push_back(static_cast<double>(pass.top1) / static_cast<double>(pass.samples));
  }
  accuracy.top1 = static_cast<double>(all.top1) / static_cast<double>(all.samples);
  if (classes >= kTop) accuracy.top5 = static_cast<double>(all.top5) / static_cast<double>(all.samples);
  accuracy.top1_std = sample_std(accuracy.by_pass);
  accuracy.top1_ci95 = wilson_interval(all.top1, all.samples);
  return accuracy;
}

void write(const Accuracy& accuracy, std::span<const uint64_t> seeds, nlohmann::ordered_json& json) {
  json["top1"] = accuracy.top1;
  json["top5"] = or_null(accuracy.top5);
  json["seeds"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    json["seeds"].push_back({{"seed", seeds[i]}, {"top1", accuracy.by_pass[i]}});
  }
  json["top1_std"] = or_null(accuracy.top1_std);
  json["top1_ci95"] = {accuracy.top1_ci95.low, accuracy.top1_ci95.high};
}

std::string percent(double fraction) {
  return fmt::format("{:.2f} %", 100 * fraction);
}

std::string percent(const Accuracy& accuracy) {
  if (!accuracy.top1_std) return percent(accuracy.top1);
  return fmt::format("{:.2f} +- {:.2f} %", 100 * accuracy.top1, 100 * *accuracy.top1_std);
}

}  // namespace dpac::cli
