// Calibration, quantisers, sigmas, noise bits and noisy statistics of whole networks against an oracle in
// NumPy and PyTorch, which was written from docs/model.md's formulas alone:
// tests/golden/make_quantized_outputs.py documents every dataset.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/graph/fuse.h"
#include "engine/graph/fused_graph.h"
#include "engine/network.h"
#include "engine/networks/resnet.h"
#include "engine/noise/calibrate.h"
#include "engine/noise/noise_bits.h"
#include "engine/observer.h"
#include "engine/onednn/onednn.h"
#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_file.h"

using namespace dpac;

namespace {

const std::filesystem::path kGolden = DPAC_GOLDEN_DIR;
constexpr double kEnergy = 10;

/// A network and what the oracle says of it.
struct Golden {
  explicit Golden(const std::string& name)
      : file(Hdf5File::open(kGolden / "quantized" / (name + ".h5"))),
        checkpoint(open_checkpoint(kGolden / "networks" / (name + ".h5"))),
        input(file.read_floats("input")) {}

  [[nodiscard]] Graph graph() const {
    return build_resnet(checkpoint, {.input_size = Shape{input.dim(2), input.dim(3)}});
  }

  [[nodiscard]] Ranges calibrated(CalibrationMethod method) const {
    const Tensor batches = file.read_floats("calibration_input");
    const std::size_t size = batches.values().size() / static_cast<std::size_t>(batches.dim(0));
    return calibrate(graph(), method, 2, [&](const BatchVisitor& visit) {
      for (std::size_t first = 0; first < batches.values().size(); first += size) {
        visit(batches.values().subspan(first, size));
      }
    });
  }

  [[nodiscard]] std::vector<float> logits(const NetworkOptions& options) const {
    Network network(graph(), options);
    std::vector<float> logits(samples().size() * static_cast<std::size_t>(output_channels(network.graph())));
    network.run(input.values(), samples(), logits);
    return logits;
  }

  [[nodiscard]] std::vector<int64_t> samples() const {
    std::vector<int64_t> indices(static_cast<std::size_t>(input.dim(0)));
    std::iota(indices.begin(), indices.end(), 0);
    return indices;
  }

  Hdf5File file;
  Checkpoint checkpoint;
  Tensor input;
};

const std::vector<std::string> kSturdy = {"sturdy_resnet20", "sturdy_bottleneck"};
const std::vector<std::string> kAll = {"sturdy_resnet20", "sturdy_bottleneck", "torch_resnet20",
                                       "torch_resnet50"};

/// Largest difference over the largest value; infinite where one is not a number.
double relative_error(std::span<const float> found, std::span<const float> expected) {
  REQUIRE(found.size() == expected.size());
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double error = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i]));
    difference = std::isnan(error) ? INFINITY : std::max(difference, error);
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
  }
  return difference / largest;
}

/// What is recorded of sample 0, all in the one thread that runs it.
class FirstSample : public Observer {
 public:
  std::map<int, std::vector<float>> values;      ///< By node: plain.
  std::map<int, std::vector<float>> pre, sigma;  ///< By layer: plain.

  void analog(const AnalogView& view) override {
    if (view.sample != 0) return;
    std::vector<float>& p = pre[view.layer];
    std::vector<float>& s = sigma[view.layer];
    p.resize(static_cast<std::size_t>(view.epilogue.map.channels * view.epilogue.map.pixels));
    s.resize(p.size());
    to_plain(view.epilogue.map, view.pre_activation, p);
    sigma_of(view, s);
  }

  void value(const ValueView& view) override {
    if (view.sample != 0) return;
    std::vector<float>& to = values[view.node];
    to.resize(static_cast<std::size_t>(view.map.channels * view.map.pixels));
    if (view.plain) std::copy_n(view.values, to.size(), to.begin());
    if (!view.plain) to_plain(view.map, view.values, to);
  }
};

FirstSample observe(const Golden& golden, NetworkOptions options) {
  options.keep_pre_activations = true;
  Network network(golden.graph(), options);
  if (options.noise != NoiseKind::none) {
    network.set_noise(NoiseConfig{options.noise, uniform_energies(network.layers(), kEnergy), 1});
  }
  std::vector<float> logits(golden.samples().size() *
                            static_cast<std::size_t>(output_channels(network.graph())));
  FirstSample observer;
  network.run_observed(golden.input.values(), golden.samples(), logits, observer);
  return observer;
}

Quantization eight_bits(const Ranges& ranges) {
  return {8.0, 8.0, ranges, {}};
}

/// Layers' standard deviations at the positions the oracle lists.
void check_sigma_at_positions(const Golden& golden, const std::string& group, FirstSample& observed) {
  const std::vector<AnalogLayer> layers = analog_layers(golden.graph());
  const FusedGraph graph = fuse(golden.graph());
  for (std::size_t l = 0; l < layers.size(); ++l) {
    CAPTURE(layers[l].name);
    const auto positions = golden.file.read_integers("positions/" + layers[l].name);
    const Tensor expected = golden.file.read_floats(group + "/" + layers[l].name);
    const MapShape& shape = graph.nodes[static_cast<std::size_t>(layers[l].node)].shape();
    for (std::size_t i = 0; i < expected.values().size(); ++i) {
      const int64_t at =
          (positions[3 * i] * shape.height + positions[3 * i + 1]) * shape.width + positions[3 * i + 2];
      const double found =
          static_cast<double>(observed.sigma[static_cast<int>(l)][static_cast<std::size_t>(at)]);
      CHECK(found == doctest::Approx(static_cast<double>(expected.values()[i])).epsilon(1e-4));
    }
  }
}

}  // namespace

TEST_CASE("calibration finds the oracle's ranges, by averages and by percentiles") {
  for (const std::string& name : kAll) {
    CAPTURE(name);
    const Golden golden(name);
    for (const CalibrationMethod method : {CalibrationMethod::ema, CalibrationMethod::percentile}) {
      const std::string group = "ranges_" + std::string(dpac::name(method));
      CAPTURE(group);
      const Ranges ranges = golden.calibrated(method);
      for (std::size_t t = 0; const QuantizedTensor& tensor : quantized_tensors(golden.graph())) {
        CAPTURE(tensor.name);
        const Tensor expected = golden.file.read_floats(group + "/" + tensor.name);
        const std::vector<float> found = {ranges[t].min, ranges[t].max};
        CHECK(relative_error(found, expected.values()) < 2e-5);
        ++t;
      }
    }
  }
}

TEST_CASE("quantised logits are the oracle's, in float32 and in integers") {
  for (const std::string& name : kSturdy) {
    CAPTURE(name);
    const Golden golden(name);
    const Ranges ema = golden.calibrated(CalibrationMethod::ema);
    std::vector<int64_t> levels;
    for (const AnalogLayer& layer : analog_layers(golden.graph())) {
      levels.push_back(static_cast<int64_t>(golden.file.read_floats("noise_bits/" + layer.name).values()[2]));
    }
    const std::map<std::string, Quantization> cases = {
        {"logits_clean", {}},
        {"logits_w8a8", eight_bits(ema)},
        {"logits_w4a65", {4.0, 6.5, ema, {}}},
        {"logits_equal_bits", {8.0, 8.0, ema, levels}},
        {"logits_percentile", eight_bits(golden.calibrated(CalibrationMethod::percentile))}};
    for (const auto& [dataset, quantization] : cases) {
      CAPTURE(dataset);
      const Tensor expected = golden.file.read_floats(dataset);
      for (const Arithmetic arithmetic : {Arithmetic::automatic, Arithmetic::float32}) {
        const NetworkOptions options{
            .batch = 3, .threads = 2, .quantization = quantization, .arithmetic = arithmetic};
        CHECK(relative_error(golden.logits(options), expected.values()) < 2e-5);
      }
    }
  }
}

TEST_CASE("every quantised tensor has the oracle's codes") {
  for (const std::string& name : kSturdy) {
    CAPTURE(name);
    const Golden golden(name);
    const Ranges ranges = golden.calibrated(CalibrationMethod::ema);
    FirstSample observed = observe(golden, {.quantization = eight_bits(ranges)});
    const FusedGraph graph = fuse(golden.graph());
    std::size_t compared = 0;
    for (const QuantizedTensor& tensor : quantized_tensors(graph)) {
      CAPTURE(tensor.name);
      const FusedNode& node = graph.nodes[static_cast<std::size_t>(tensor.node)];
      if (tensor.role == QuantizedTensor::Role::output && node.residual != kNone)
        continue;  // Only its sum is stored.
      const auto codes = golden.file.read_integers("quantized/" + tensor.name);
      const auto scale =
          static_cast<double>(golden.file.read_floats("quantized_scale/" + tensor.name).values()[0]);
      const std::vector<float>& values = observed.values.at(tensor.node);
      REQUIRE(values.size() == codes.size());
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < codes.size(); ++i) {
        wrong += std::abs(static_cast<double>(values[i]) / scale - static_cast<double>(codes[i])) > 0.01;
      }
      CHECK(wrong == 0);
      compared += codes.size();
    }
    CHECK(compared > 1000);
  }
}

TEST_CASE("sigmas of all three noises are the oracle's") {
  for (const std::string& name : kSturdy) {
    CAPTURE(name);
    const Golden golden(name);
    const Ranges ranges = golden.calibrated(CalibrationMethod::ema);
    FirstSample shot = observe(golden, {.noise = NoiseKind::shot});
    // Shot noise's x is the clean one: the first layer's is, whatever the noise.
    const Tensor first = golden.file.read_floats("sigma_shot/conv1");
    const auto at = golden.file.read_integers("positions/conv1");
    const MapShape shape = derive_values(golden.graph())[1].shape;
    for (std::size_t i = 0; i < first.values().size(); ++i) {
      const int64_t element = (at[3 * i] * shape.height + at[3 * i + 1]) * shape.width + at[3 * i + 2];
      const double found = static_cast<double>(shot.sigma[0][static_cast<std::size_t>(element)]);
      CHECK(found == doctest::Approx(static_cast<double>(first.values()[i])).epsilon(1e-5));
    }
    FirstSample thermal = observe(golden, {.noise = NoiseKind::thermal, .quantization = eight_bits(ranges)});
    for (int l = 0; const AnalogLayer& layer : analog_layers(golden.graph())) {
      CAPTURE(layer.name);
      const Tensor expected = golden.file.read_floats("sigma_thermal/" + layer.name);
      const std::vector<float>& sigma = thermal.sigma[l++];
      const std::size_t pixels = sigma.size() / expected.values().size();
      for (std::size_t c = 0; c < expected.values().size(); ++c) {
        const double found = static_cast<double>(sigma[c * pixels]);
        CHECK(found == doctest::Approx(static_cast<double>(expected.values()[c])).epsilon(1e-5));
        CHECK(sigma[c * pixels] == sigma[(c + 1) * pixels - 1]);
      }
    }
  }
}

TEST_CASE(
    "at high energy, where inputs are clean, sigmas of shot and weight noise scale to the oracle's "
    "everywhere") {
  constexpr double kHigh = 1e10;
  for (const std::string& name : kSturdy) {
    CAPTURE(name);
    const Golden golden(name);
    const Ranges ranges = golden.calibrated(CalibrationMethod::ema);
    for (const NoiseKind noise : {NoiseKind::shot, NoiseKind::weight}) {
      const Quantization quantization = noise == NoiseKind::weight ? eight_bits(ranges) : Quantization{};
      Network network(golden.graph(),
                      {.noise = noise, .keep_pre_activations = true, .quantization = quantization});
      network.set_noise(NoiseConfig{noise, uniform_energies(network.layers(), kHigh), 1});
      std::vector<float> logits(golden.samples().size() *
                                static_cast<std::size_t>(output_channels(network.graph())));
      FirstSample observed;
      network.run_observed(golden.input.values(), golden.samples(), logits, observed);
      for (auto& [layer, sigma] : observed.sigma) {
        for (float& s : sigma) s *= static_cast<float>(std::sqrt(kHigh / kEnergy));
      }
      check_sigma_at_positions(golden, "sigma_" + std::string(dpac::name(noise)), observed);
    }
  }
}

TEST_CASE("noise bits, range, sigma and SNR are the oracle's") {
  for (const std::string& name : kAll) {
    CAPTURE(name);
    const Golden golden(name);
    const Ranges ranges = golden.calibrated(CalibrationMethod::ema);
    Network clean(golden.graph(), {.keep_pre_activations = true});
    Network noisy(
        golden.graph(),
        {.noise = NoiseKind::thermal, .keep_pre_activations = true, .quantization = eight_bits(ranges)});
    noisy.set_noise(NoiseConfig{NoiseKind::thermal, uniform_energies(noisy.layers(), kEnergy), 1});
    PrecisionMeter meter(clean, noisy);
    meter.add(golden.input.values(), golden.samples());
    for (const LayerPrecision& found : meter.result(ranges)) {
      CAPTURE(found.name);
      const Tensor expected = golden.file.read_floats("noise_bits/" + found.name);
      const auto of = [&](std::size_t i) {
        return doctest::Approx(static_cast<double>(expected.values()[i])).epsilon(1e-4);
      };
      CHECK(found.range == of(0));
      CHECK(found.sigma == of(1));
      CHECK(std::abs(static_cast<double>(*found.levels) - static_cast<double>(expected.values()[2])) <= 1);
      CHECK(*found.snr_db == doctest::Approx(static_cast<double>(expected.values()[4])).epsilon(1e-3));
      CHECK(*found.cascaded_snr_db < *found.snr_db + 0.5);
    }
  }
}

namespace {

bool inside(const ValueRange& range, double middle, double width) {
  return middle - width > static_cast<double>(range.min) && middle + width < static_cast<double>(range.max);
}

struct Moments {
  double mean = 0, std = 0;
};

/// Of every logit over seeds 0 ... runs - 1. With repeats, every operation is executed that often at its
/// share of the energy.
std::vector<Moments> moments_of(const Golden& golden, Network& network, NoiseKind noise, double energy,
                                int32_t repeats, std::size_t runs) {
  std::vector<NoiseConfig> configs;
  for (std::size_t run = 0; run < runs; ++run) {
    configs.push_back({noise, uniform_energies(network.layers(), energy / repeats), run,
                       uniform_repeats(network.layers(), repeats)});
  }
  network.set_noise(configs);
  const std::size_t size =
      golden.samples().size() * static_cast<std::size_t>(output_channels(network.graph()));
  std::vector<float> logits(runs * size);
  network.run(golden.input.values(), golden.samples(), logits);
  std::vector<Moments> moments(size);
  for (std::size_t i = 0; i < size; ++i) {
    const auto value = [&](std::size_t run) { return static_cast<double>(logits[run * size + i]); };
    double sum = 0, squares = 0;
    for (std::size_t run = 0; run < runs; ++run) sum += value(run);
    moments[i].mean = sum / static_cast<double>(runs);
    for (std::size_t run = 0; run < runs; ++run) squares += std::pow(value(run) - moments[i].mean, 2);
    moments[i].std = std::sqrt(squares / static_cast<double>(runs - 1));
  }
  return moments;
}

}  // namespace

// Two samples of n1 and n2 runs: means within 5 standard errors (of a quarter of a code at least, since a
// code that is rarely left is not normal), standard deviations within 5 of theirs (of a normal distribution,
// and half as much again for others). Some 2,000 comparisons: one false alarm in 1,000 sets of seeds; the
// seeds are fixed.
TEST_CASE(
    "noisy logits have the oracle's means and standard deviations, in one execution and averaged over four") {
  constexpr std::size_t kRuns = 100;
  for (const std::string& name : kSturdy) {
    const Golden golden(name);
    const Ranges ranges = golden.calibrated(CalibrationMethod::ema);
    const auto oracle_runs = static_cast<double>(golden.file.read_integers("statistics_count")[0]);
    const double share = 1.0 / kRuns + 1 / oracle_runs;
    const Tensor energies = golden.file.read_floats("statistics_energies");
    for (const NoiseKind noise : {NoiseKind::shot, NoiseKind::thermal, NoiseKind::weight}) {
      const std::string kind(dpac::name(noise));
      const Tensor means = golden.file.read_floats(kind + "_mean"),
                   stds = golden.file.read_floats(kind + "_std");
      const bool shot = noise == NoiseKind::shot;
      const ValueRange output =
          shot ? ValueRange{-INFINITY, INFINITY} : ranges[quantized_tensors(golden.graph()).size() - 1];
      const double step = shot ? 0 : static_cast<double>(output.width()) / 255;
      Network network(golden.graph(), {.batch = 4,
                                       .threads = 1,
                                       .noise = noise,
                                       .quantization = shot ? Quantization{} : eight_bits(ranges)});
      for (std::size_t e = 0; e < energies.values().size(); ++e) {
        for (const int32_t repeats : {1, 4}) {
          CAPTURE(name);
          CAPTURE(kind);
          CAPTURE(e);
          CAPTURE(repeats);
          const auto energy = static_cast<double>(energies.values()[e]);
          const auto found = moments_of(golden, network, noise, energy, repeats, kRuns);
          for (std::size_t i = 0; i < found.size(); ++i) {
            CAPTURE(i);
            const auto mean = static_cast<double>(means.values()[e * found.size() + i]);
            const auto std = static_cast<double>(stds.values()[e * found.size() + i]);
            CHECK(std::abs(found[i].mean - mean) < 5 * std::max(std, step / 4) * std::sqrt(share) + 1e-5);
            if (std < 2 * step || !inside(output, mean, 3 * std)) continue;  // Clipped: far from normal.
            CHECK(std::abs(found[i].std / std - 1) < 7.5 * std::sqrt(share / 2));
          }
        }
      }
    }
  }
}
