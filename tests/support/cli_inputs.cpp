#include "tests/support/cli_inputs.h"

#include <algorithm>
#include <random>
#include <utility>

#include "tests/support/checkpoints.h"

namespace dpac::test {

void write_checkpoint(const Checkpoint& checkpoint, const std::filesystem::path& file) {
  write_state_dict(file, checkpoint, same);
}

Checkpoint with_filled(const Checkpoint& from, const std::string& name, const Shape& shape, float value) {
  Checkpoint to;
  for (const auto& [key, entry] : from.weights.entries()) {
    Tensor tensor(key == name ? shape : entry.tensor.shape());
    const auto values = entry.tensor.values();
    if (key == name) {
      std::fill(tensor.values().begin(), tensor.values().end(), value);
    } else {
      std::copy(values.begin(), values.end(), tensor.values().begin());
    }
    to.weights.add(key, std::move(tensor), key);
  }
  return to;
}

std::vector<uint8_t> cifar_batch(int count) {
  constexpr int kPixels = 3 * 32 * 32;
  std::mt19937 engine(7);
  std::vector<uint8_t> bytes;
  for (int i = 0; i < count; ++i) {
    bytes.push_back(static_cast<uint8_t>(i % 10));
    for (int p = 0; p < kPixels; ++p) bytes.push_back(static_cast<uint8_t>(engine() >> 24));
  }
  return bytes;
}

CliInputs::CliInputs(int images) : weights(file("weights.h5")), data(file("images.bin")) {
  write_checkpoint(random_resnet({}), weights);
  folder.write("images.bin", cifar_batch(images));
}

std::vector<std::string> CliInputs::arguments(const std::string& command,
                                              const std::vector<std::string>& more) const {
  std::vector<std::string> all{command, "--weights", weights, "--data", data};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace dpac::test
