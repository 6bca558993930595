#include "cli/probabilities.h"

#include <algorithm>
#include <cmath>

namespace dpac::cli {

std::vector<double> probabilities(std::span<const float> logits) {
  const auto largest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
  std::vector<double> shares;
  double sum = 0;
  for (const float l : logits) {
    shares.push_back(std::exp(static_cast<double>(l) - largest));
    sum += shares.back();
  }
  for (double& share : shares) share /= sum;
  return shares;
}

}  // namespace dpac::cli
