// Finds the smallest energies per MAC at which a network loses at most two points of accuracy under shot
// noise: one energy for all layers, and one for each. Usage: 03_search WEIGHTS DATA     (for instance
// models/demo_fashion_mnist.h5 twice)
#include <cstdio>
#include <exception>

#include <dpac/dpac.h>

int main(int argc, char** argv) try {
  if (argc != 3) return std::puts("usage: 03_search WEIGHTS DATA"), 2;
  dpac::EnergySearchSettings settings;
  settings.model.weights = argv[1];
  settings.data.data = argv[2];
  settings.data.limit = 500;
  settings.learning.train_data = argv[2];  // Best of the training set; the demo's images are few.
  settings.learning.method = "analytic";   // The closed form for small noise, in place of learning.
  settings.search.kinds = {"uniform", "layer"};
  const dpac::SearchResult result = dpac::search(settings);

  std::printf("%.1f %% without noise\n", 100 * result.found.baselines.full_precision);
  for (const dpac::Allocation& allocation : result.found.allocations) {
    if (!allocation.best) continue;
    std::printf("%-8s %5.1f photons per MAC: %.1f %%\n", allocation.kind.c_str(),
                allocation.best->energy_per_mac, 100 * allocation.best->accuracy);
  }

  // The same energies, tried once more with other seeds.
  dpac::EvaluationSettings again;
  again.model = settings.model;
  again.data = settings.data;
  again.analog.noise.noise = "shot";
  again.analog.noise.energies.values = result.found.allocations.back().energies;
  again.analog.noise.seed = 1;
  again.analog.noise.seeds = 3;
  std::printf("with 3 other seeds: %.1f %%\n", 100 * dpac::evaluate(again).points.front().accuracy.value);
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
