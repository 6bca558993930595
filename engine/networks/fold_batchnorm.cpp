#include "engine/networks/fold_batchnorm.h"

#include <cmath>
#include <utility>

namespace dpac {

FoldedConvolution fold_batchnorm(Tensor weights, std::span<const float> bias, const BatchNorm& bn) {
  const auto channels = static_cast<std::size_t>(weights.dim(0));
  FoldedConvolution folded{std::move(weights), std::vector<float>(channels)};
  const std::span<float> values = folded.weights.values();
  const std::size_t row = values.size() / channels;
  for (std::size_t i = 0; i < channels; ++i) {
    const double scale =
        static_cast<double>(bn.gamma[i]) / std::sqrt(static_cast<double>(bn.variance[i]) + bn.epsilon);
    for (std::size_t j = i * row; j < (i + 1) * row; ++j) {
      values[j] = static_cast<float>(static_cast<double>(values[j]) * scale);
    }
    const double b = bias.empty() ? 0.0 : static_cast<double>(bias[i]);
    folded.bias[i] =
        static_cast<float>((b - static_cast<double>(bn.mean[i])) * scale + static_cast<double>(bn.beta[i]));
  }
  return folded;
}

}  // namespace dpac
