// Evaluates a network under thermal noise on images that the program makes itself, and writes the result as
// JSON. Usage: 04_own_images WEIGHTS
#include <cmath>
#include <cstdio>
#include <exception>
#include <memory>

#include <dpac/dpac.h>

int main(int argc, char** argv) try {
  if (argc != 2) return std::puts("usage: 04_own_images WEIGHTS"), 2;
  dpac::EvaluationSettings settings;
  settings.model.weights = argv[1];
  settings.model.input_size = dpac::Shape{28, 28};
  settings.model.opened = dpac::open_network(settings.model);  // Once, for all studies that follow.

  dpac::ImageArrays stripes;
  stripes.size = 64;
  stripes.shape = input_shape(settings.model.opened->graph);
  stripes.load = [&shape = stripes.shape](int64_t index, std::span<float> image) {
    for (int64_t i = 0; i < static_cast<int64_t>(image.size()); ++i)
      image[static_cast<std::size_t>(i)] = (i % shape.width + index) % 8 < 4 ? 1.0f : 0.0f;
  };
  stripes.labels.assign(64, 1);  // To the network of the demo they are trousers.
  settings.data.arrays = std::make_shared<const dpac::ImageArrays>(stripes);

  settings.analog.noise.noise = "thermal";
  settings.analog.noise.energies.sweep = {1, 100, 10000};
  settings.run.progress = [](const dpac::WorkDone& work) {
    if (work.ended) std::fprintf(stderr, "%s in %.1f s\n", work.text().c_str(), work.seconds);
  };
  const dpac::Evaluation result = dpac::evaluate(settings);
  for (const dpac::PointReport& point : result.points) {
    std::printf("energy %7.0f: %5.1f %% trousers\n", point.energy->ledger.energy_per_mac,
                100 * point.accuracy.value);
  }
  for (const std::string& sentence : result.remarks.sentences()) std::printf("note: %s\n", sentence.c_str());
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
