#include "study/evaluation/accuracy.h"

namespace dpac {

std::optional<double> mean_of(const std::vector<Metrics>& passes, std::optional<double> Metrics::*member) {
  if (passes.empty()) return std::nullopt;
  std::vector<double> values;
  for (const Metrics& pass : passes) {
    if (!(pass.*member)) return std::nullopt;
    values.push_back(*(pass.*member));
  }
  return mean(values);
}

}  // namespace dpac
