#include "engine/networks/random/random_weights.h"

#include <cmath>

namespace dpac {
namespace {

constexpr double kEmbeddingDeviation = 0.02;  // BERT's initialiser (Devlin et al., arXiv 1810.04805).

double rectified_deviation(int64_t inputs) {
  return std::sqrt(2.0 / static_cast<double>(inputs));
}

}  // namespace

void RandomWeights::convolution(const std::string& name, int64_t outputs, int64_t inputs, Extent kernel) {
  add_random(name + ".weight", {outputs, inputs, kernel.h, kernel.w},
             rectified_deviation(inputs * kernel.h * kernel.w));
}

void RandomWeights::batch_norm(const std::string& name, int64_t channels, float gamma) {
  add_constant(name + ".weight", channels, gamma);
  add_constant(name + ".bias", channels, 0);
  add_constant(name + ".running_mean", channels, 0);
  add_constant(name + ".running_var", channels, 1);
}

void RandomWeights::linear(const std::string& name, int64_t outputs, int64_t inputs) {
  add_random(name + ".weight", {outputs, inputs}, rectified_deviation(2 * inputs));
  add_constant(name + ".bias", outputs, 0);
}

void RandomWeights::layer_norm(const std::string& name, int64_t features) {
  add_constant(name + ".weight", features, 1);
  add_constant(name + ".bias", features, 0);
}

void RandomWeights::embedding(const std::string& name, int64_t rows, int64_t features) {
  add_random(name + ".weight", {rows, features}, kEmbeddingDeviation);
}

// Uniform, since 3 * 10^8 normal values of a large encoder would take seconds, and products sum many anyway.
void RandomWeights::add_random(const std::string& name, Shape shape, double deviation) {
  Tensor tensor(std::move(shape));
  const auto half_width = static_cast<float>(deviation * std::sqrt(3.0));
  for (float& value : tensor.values()) {
    value = half_width * (static_cast<float>(engine_()) * 0x1p-31f - 1.0f);
  }
  store_.add(name, std::move(tensor), name);
}

void RandomWeights::add_constant(const std::string& name, int64_t size, float value) {
  store_.add(name, Tensor({size}, std::vector<float>(static_cast<std::size_t>(size), value)), name);
}

}  // namespace dpac
