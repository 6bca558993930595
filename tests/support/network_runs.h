/// @file
/// Small networks of every kind, and ways to run them and look inside.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/network.h"
#include "engine/observer.h"
#include "tests/support/networks.h"
#include "tests/support/oracle.h"

namespace dpac::test {

inline constexpr uint64_t kSeed = 77;

struct NetworkCase {
  const char* what;
  RandomResNet net;
  Shape input;
  ResNetTraits traits;
  Graph (*graph)() = nullptr;  ///< Makes it instead of the above.
};

std::vector<NetworkCase> network_cases();
Graph build(const NetworkCase& c);

/// Random images for n samples.
std::vector<float> images_for(const Graph& graph, int64_t n);

/// first, first + 1, ...
std::vector<int64_t> indices(int64_t n, int64_t first = 0);

/// Logits of all of the network's configurations.
std::vector<float> run(Network& network, const std::vector<float>& images,
                       const std::vector<int64_t>& samples, std::size_t configurations = 1);

/// Energies that differ between layers, and between channels in every second layer.
Energies varied_energies(const std::vector<AnalogLayer>& layers);

/// A noise with quantisers, as it is run by default or otherwise.
struct NoiseCase {
  const char* what;
  NoiseKind kind;
  std::optional<double> weight_bits = {}, activation_bits = {};
  bool repeats = false;
};

NetworkOptions options_of(const NoiseCase& model, const Ranges& ranges, int64_t batch = 1, int threads = 1);

/// Energies and repeats differ between layers, and between channels in every second layer.
NoiseConfig noise_of(const NoiseCase& model, const std::vector<AnalogLayer>& layers, uint64_t seed = kSeed);

/// The same with two seeds, each at two energies.
std::vector<NoiseConfig> four_configurations(const NoiseCase& model, const std::vector<AnalogLayer>& layers);

/// Share of values that differ by more than a tenth of a quantiser's step: those on a rounding edge.
double share_of_other_codes(const std::vector<double>& expected, const std::vector<float>& found,
                            double step);

/// The noise value of an element of an output, and of a layer's weights, under kSeed.
double xi(int layer, int64_t sample, int64_t channel, int64_t pixel, int64_t pixels, int repeat = 0);
double weight_xi(NoiseStream stream, int layer, int64_t group, int64_t element, int repeat = 0);

/// Keeps what an observed run showed, in plain order.
class Recorder : public Observer {
 public:
  struct Record {
    std::vector<float> input, pre, sigma, noisy;
  };
  std::map<std::pair<int64_t, int>, Record> records;  ///< By sample and layer.

  void analog(const AnalogView& view) override;

 private:
  std::mutex mutex_;
};

}  // namespace dpac::test
