// Learns how many photons per MAC each layer of a frozen network needs for an average of 20, under shot
// noise. Usage: 02_learn_precision WEIGHTS DATA     (for instance models/demo_fashion_mnist.h5 twice)
#include <cstdio>
#include <exception>

#include <dpac/dpac.h>

int main(int argc, char** argv) try {
  if (argc != 3) return std::puts("usage: 02_learn_precision WEIGHTS DATA"), 2;
  dpac::LearnSettings settings;
  settings.model.weights = argv[1];
  settings.learning.train_data = argv[2];
  settings.learning.steps = 100;
  settings.learning.rate = 0.05;
  settings.learning.start = dpac::StartSetting{.energy = 100};
  settings.analog.noise.seed = 1;
  settings.target_energy = 20;
  const dpac::LearningResult result = dpac::learn(settings);

  for (const dpac::LearningRecord& record : result.learned.history) {
    if (record.step % 25 != 0) continue;
    std::printf("step %3d: loss %.2f, %.0f photons per MAC\n", static_cast<int>(record.step), record.loss,
                record.energy_per_mac);
  }
  for (std::size_t l = 0; l < result.layers.size(); ++l) {
    std::printf("%-22s %5.1f photons per MAC\n", result.layers[l].name.c_str(),
                result.learned.energies[l][0]);
  }
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
