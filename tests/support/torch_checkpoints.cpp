#include "tests/support/torch_checkpoints.h"

#include <utility>

#include "tests/support/random_values.h"

namespace dpac::test {

void TorchCheckpoint::add(const std::string& name, const Shape& shape, float low, float high) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  checkpoint.weights.add(name, Tensor(shape, random_values(count, seed_++, low, high)), name);
}

void TorchCheckpoint::pair(const std::string& convolution, const std::string& batchnorm, const Shape& shape) {
  add(convolution + ".weight", shape);
  for (const char* leaf : {".weight", ".bias", ".running_mean"}) add(batchnorm + leaf, {shape[0]});
  add(batchnorm + ".running_var", {shape[0]}, 0.5f, 1.5f);
}

Checkpoint small_mobilenet() {
  TorchCheckpoint net;
  net.pair("features.0.0", "features.0.1", {8, 3, 3, 3});
  net.pair("features.1.conv.0.0", "features.1.conv.0.1", {8, 1, 3, 3});
  net.pair("features.1.conv.1", "features.1.conv.2", {6, 8, 1, 1});
  for (const std::string block : {"features.2.conv.", "features.3.conv."}) {
    net.pair(block + "0.0", block + "0.1", {12, 6, 1, 1});
    net.pair(block + "1.0", block + "1.1", {12, 1, 3, 3});
    net.pair(block + "2", block + "3", {6, 12, 1, 1});
  }
  net.pair("features.4.0", "features.4.1", {20, 6, 1, 1});
  net.add("classifier.1.weight", {5, 20});
  net.add("classifier.1.bias", {5});
  return std::move(net.checkpoint);
}

}  // namespace dpac::test
