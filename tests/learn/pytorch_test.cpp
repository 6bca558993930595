// Derivatives against PyTorch's autograd in float64 with the same noise values:
// tests/golden/make_precision_gradients.py documents every dataset.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "engine/networks/resnet.h"
#include "engine/noise/quantization.h"
#include "learn/differentiator.h"
#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_file.h"

using namespace dpac;

namespace {

const std::filesystem::path kGolden = DPAC_GOLDEN_DIR;

/// A network with its batch, and what PyTorch says of it in several cases.
struct Golden {
  explicit Golden(const std::string& name)
      : file(Hdf5File::open(kGolden / "gradients" / (name + ".h5"))),
        checkpoint(open_checkpoint(kGolden / "networks" / (name + ".h5"))),
        images(file.read_floats("images")),
        samples(file.read_integers("samples")) {
    for (const int64_t label : file.read_integers("labels")) labels.push_back(static_cast<int>(label));
  }

  [[nodiscard]] Graph graph() const {
    return build_resnet(checkpoint, {.input_size = Shape{images.dim(2), images.dim(3)}});
  }

  [[nodiscard]] Quantization quantization(const Graph& graph, bool eight_bits) const {
    Quantization quantization;
    for (const QuantizedTensor& tensor : quantized_tensors(graph)) {
      const Tensor ends = file.read_floats("ranges/" + tensor.name);
      quantization.ranges.push_back({ends.values()[0], ends.values()[1]});
    }
    if (eight_bits) quantization.weight_bits = quantization.activation_bits = 8.0;
    return quantization;
  }

  [[nodiscard]] Energies energies(const std::string& path, const std::vector<AnalogLayer>& layers) const {
    Energies energies;
    for (const AnalogLayer& layer : layers) {
      const Tensor values = file.read_floats(path + "/" + layer.name);
      energies.emplace_back(values.values().begin(), values.values().end());
    }
    return energies;
  }

  Hdf5File file;
  Checkpoint checkpoint;
  Tensor images;
  std::vector<int64_t> samples;
  std::vector<int> labels;
};

struct Case {
  const char* group;
  NoiseKind noise;
  uint64_t seed;
  bool eight_bits = false, round_energy = false;
};

/// Largest difference over the largest value.
template <class Values>
double error_of(const Values& found, std::span<const float> expected) {
  REQUIRE(found.size() == expected.size());
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto value = static_cast<double>(expected[i]);
    const double error = std::abs(static_cast<double>(found[i]) - value);
    difference = std::isnan(error) ? INFINITY : std::max(difference, error);
    largest = std::max(largest, std::abs(value));
  }
  return difference / largest;
}

void check(const Golden& golden, const Case& c) {
  CAPTURE(std::string(c.group));
  const std::string group = c.group;
  Graph graph = golden.graph();
  const Quantization quantization = golden.quantization(graph, c.eight_bits);
  Differentiator differentiator(std::move(graph),
                                {.noise = c.noise, .batch = 4, .quantization = quantization});
  Energies energies = golden.energies(group + "/energies", differentiator.layers());
  if (c.round_energy) energies = rounded(std::move(energies));
  differentiator.set_noise({.kind = c.noise, .energies = energies, .seed = c.seed}, 0);
  const BatchDerivative found =
      differentiator.run(golden.images.values(), golden.samples, cross_entropy_of(golden.labels));

  CHECK(found.loss ==
        doctest::Approx(static_cast<double>(golden.file.read_floats(group + "/loss").values()[0]))
            .epsilon(1e-5));
  CHECK(error_of(found.logits, golden.file.read_floats(group + "/logits").values()) < 2e-5);
  for (std::size_t l = 0; l < found.values.size(); ++l) {
    CAPTURE(differentiator.layers()[l].name);
    const Tensor expected = golden.file.read_floats(group + "/gradients/" + differentiator.layers()[l].name);
    CHECK(error_of(found.values[l], expected.values()) < 2e-4);
  }
}

}  // namespace

TEST_CASE("gradients of log E are PyTorch's") {
  // Seeds are those of the files' attributes.
  const std::vector<std::pair<std::string, uint64_t>> networks = {{"sturdy_resnet20", 20},
                                                                  {"sturdy_bottleneck", 50}};
  for (const auto& [name, seed] : networks) {
    CAPTURE(name);
    const Golden golden(name);
    for (const Case& c :
         {Case{"thermal_w8a8", NoiseKind::thermal, seed, true},
          Case{"weight_w8a8", NoiseKind::weight, seed + 1, true}, Case{"shot", NoiseKind::shot, seed + 2},
          Case{"thermal", NoiseKind::thermal, seed + 3}, Case{"weight", NoiseKind::weight, seed + 4},
          Case{"shot_rounded", NoiseKind::shot, seed + 5, false, true},
          Case{"thermal_rounded", NoiseKind::thermal, seed + 6, false, true},
          Case{"weight_rounded", NoiseKind::weight, seed + 7, false, true}}) {
      check(golden, c);
    }
  }
}
