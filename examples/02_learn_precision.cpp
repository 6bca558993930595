// Learns how many photons per MAC each layer of a frozen network needs for an average of 20, under shot
// noise. Usage: 02_learn_precision WEIGHTS DATA     (for instance models/demo_fashion_mnist.h5 twice)
#include <cstdio>
#include <exception>
#include <vector>

#include <dpac/engine/networks/image_network.h>
#include <dpac/learn/learner.h>
#include <dpac/loaders/checkpoint.h>
#include <dpac/loaders/images/open_dataset.h>
#include <dpac/loaders/images/prefetch.h>
#include <dpac/loaders/training_order.h>

int main(int argc, char** argv) try {
  if (argc != 3) return std::puts("usage: 02_learn_precision WEIGHTS DATA"), 2;
  constexpr int kSteps = 100, kBatch = 32;
  const auto data = dpac::open_image_dataset(argv[2]);
  const dpac::Preprocessing preprocessing = {.value_scale = 1.0 / 255};
  const dpac::Image first = data->load(0);
  dpac::Differentiator network(
      dpac::build_image_network(dpac::open_checkpoint(argv[1]),
                                {.input_size = dpac::Shape{first.height, first.width}}),
      {.noise = dpac::NoiseKind::shot, .batch = kBatch});

  dpac::Learner learner(network, {.per = dpac::Granularity::layer,
                                  .target_energy = 20,
                                  .lambda = dpac::default_lambda(dpac::NoiseKind::shot),
                                  .learning_rate = 0.05,
                                  .noise = {.kind = dpac::NoiseKind::shot,
                                            .energies = dpac::uniform_energies(network.layers(), 100),
                                            .seed = 1}});
  const auto channels = static_cast<int>(input_shape(network.graph()).channels);
  dpac::BatchReader reader(*data, preprocessing, channels,
                           dpac::training_order(data->size(), /*seed=*/1, 0, kSteps * kBatch), kBatch, 1);
  while (const dpac::ImageBatch* batch = reader.next()) {
    const dpac::LearningRecord record =
        learner.step(batch->images, {.labels = batch->labels}, batch->indices);
    if (record.step % 25 != 0) continue;
    std::printf("step %3d: loss %.2f, %.0f photons per MAC\n", static_cast<int>(record.step), record.loss,
                record.energy_per_mac);
  }
  const dpac::Energies energies = learner.energies();
  for (std::size_t l = 0; l < energies.size(); ++l) {
    std::printf("%-22s %5.1f photons per MAC\n", network.layers()[l].name.c_str(), energies[l][0]);
  }
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
