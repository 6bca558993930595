#include "engine/ops/analog/analog.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

bool Product::is_pointwise() const {
  return geometry.kernel == 1 && geometry.stride == 1 && geometry.pad_top == 0 && geometry.pad_left == 0 &&
         geometry.pad_bottom == 0 && geometry.pad_right == 0 && groups == 1;
}

int64_t dot_length_of(const Tensor& weights) {
  assert(weights.rank() >= 2 && weights.dim(0) > 0);
  return element_count(weights.shape()) / weights.dim(0);
}

void measure_product(const Product& product, const AnalogValues& values, AnalogLayer& layer) {
  const Value& out = values.out;
  const double pixels = out.tokens ? values.lengths.mean : static_cast<double>(out.shape.pixels());
  const double outputs = static_cast<double>(out.shape.channels) * pixels;
  layer.out_channels = product.weights->dim(0);
  layer.dot_length = dot_length_of(*product.weights);
  layer.groups = product.groups;
  layer.outputs = rounded(outputs);
  layer.macs = rounded(static_cast<double>(layer.dot_length) * outputs);
  layer.parameters = element_count(product.weights->shape()) + product.weights->dim(0);
}

int64_t rounded(double value) {
  return std::llround(value);
}

void expect_bias(std::span<const float> bias, int64_t outputs) {
  if (bias.size() == static_cast<std::size_t>(outputs)) return;
  throw Error(fmt::format("has a bias of {} values for {} outputs", bias.size(), outputs));
}

void expect_weights(const SharedTensor& weights, const Shape& rest) {
  const Shape found = weights == nullptr ? Shape{} : weights->shape();
  const bool fits =
      found.size() == rest.size() + 1 && std::equal(rest.begin(), rest.end(), found.begin() + 1);
  if (fits && found[0] > 0) return;
  throw Error(fmt::format("has weights of shape {}, expected [outputs, {}", to_string(found),
                          to_string(rest).substr(1)));
}

}  // namespace dpac
