// Classifies the first image of a data set, without noise and with the shot noise of some photon numbers per
// MAC. Usage: 01_classify WEIGHTS DATA     (for instance models/demo_fashion_mnist.h5 twice)
#include <algorithm>
#include <cstdio>
#include <exception>
#include <vector>

#include <dpac/dpac.h>

int main(int argc, char** argv) try {
  if (argc != 3) return std::puts("usage: 01_classify WEIGHTS DATA"), 2;
  const auto data = dpac::open_image_dataset(argv[2]);
  const dpac::Image image = data->load(0);
  dpac::ModelSettings model;
  model.weights = argv[1];
  model.input_size = dpac::Shape{image.height, image.width};
  const dpac::Graph graph = dpac::open_network(model)->graph;
  dpac::Network clean(graph, {.batch = 1});
  dpac::Network noisy(graph, {.batch = 1, .noise = dpac::NoiseKind::shot});

  const dpac::MapShape input = input_shape(graph);
  std::vector<float> pixels(static_cast<std::size_t>(input.channels * input.pixels()));
  dpac::preprocess(image, {.value_scale = 1.0 / 255}, static_cast<int>(input.channels), pixels);
  std::vector<float> logits(static_cast<std::size_t>(clean.classes()));
  const std::vector<int64_t> index = {0};  // A sample's place in the data set chooses its noise.
  const auto best = [&] { return std::max_element(logits.begin(), logits.end()) - logits.begin(); };

  clean.run(pixels, index, logits);
  std::printf("class %d, without noise %td\n", data->label(0), best());
  for (const double photons : {1e4, 1e2, 1.0}) {
    noisy.set_noise({dpac::NoiseKind::shot, dpac::uniform_energies(noisy.layers(), photons), /*seed=*/1});
    noisy.run(pixels, index, logits);
    std::printf("%5.0f photons per MAC: %td\n", photons, best());
  }
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
