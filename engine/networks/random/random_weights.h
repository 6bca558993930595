/// @file
/// Random weights of one network, module by module, under the names that state_dicts have.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/networks/weights.h"
#include "engine/ops/value.h"

namespace dpac {

class RandomWeights {
 public:
  /// [outputs, inputs of a group, kernel], without a bias; of a deviation that keeps that of rectified values
  /// (He et al., arXiv 1502.01852).
  void convolution(const std::string& name, int64_t outputs, int64_t inputs, Extent kernel);

  /// Statistics of mean 0 and variance 1, a shift of 0 and a factor of `gamma`.
  void batch_norm(const std::string& name, int64_t channels, float gamma = 1);

  /// [outputs, inputs] and a bias of zeros.
  void linear(const std::string& name, int64_t outputs, int64_t inputs);

  void layer_norm(const std::string& name, int64_t features);

  /// One row for each token, position or type.
  void embedding(const std::string& name, int64_t rows, int64_t features);

  /// All that was added.
  WeightStore take() { return std::move(store_); }

 private:
  void add_random(const std::string& name, Shape shape, double deviation);
  void add_constant(const std::string& name, int64_t size, float value);

  WeightStore store_;
  std::mt19937 engine_{1};
};

}  // namespace dpac
