#include "study/evaluation/accuracy_text.h"

#include <fmt/format.h>

namespace dpac {

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

std::string measure_name(Measure measure) {
  return measure == Measure::spearman ? "Spearman" : "top-1";
}

}  // namespace dpac
