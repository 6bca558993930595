#include "tests/support/cli_inputs.h"

#include <random>

#include "loaders/hdf5_writer.h"

namespace dpac::test {

void write_checkpoint(const Checkpoint& checkpoint, const std::filesystem::path& file) {
  Hdf5Writer writer(file);
  for (const auto& [name, entry] : checkpoint.weights.entries()) {
    writer.write_floats(name, entry.tensor.shape(), entry.tensor.values());
  }
  writer.commit();
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
