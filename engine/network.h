/// @file
/// A network ready to run: the graph compiled for a batch size and a number of threads, with or without
/// noise.
///
///     dpac::Network network(dpac::open_network({.weights = "resnet50.h5"})->graph,
///                           {.batch = 16, .threads = 2, .noise = dpac::NoiseKind::shot});
///     network.set_noise({.kind = dpac::NoiseKind::shot,
///                        .energies = dpac::uniform_energies(network.layers(), 100),
///                        .seed = 1});
///     network.run(images, samples, logits);
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/arithmetic.h"
#include "engine/graph/graph.h"
#include "engine/inputs.h"
#include "engine/noise/analog.h"
#include "engine/noise/noise_config.h"
#include "engine/noise/quantization.h"
#include "engine/poll.h"
#include "kernels/api.h"

namespace dpac {

class Observer;
struct FusedGraph;

struct NetworkOptions {
  int64_t batch = 16;  ///< Samples a call of run() usually has; a matter of speed only.
  int threads = 0;     ///< 0: all that OpenMP gives.
  NoiseKind noise =
      NoiseKind::none;  ///< `none` without quantisers fuses bias, ReLU and residual sums into products.
  bool keep_pre_activations = false;  ///< Needed by run_observed(). In float32, whatever `arithmetic` says.
  Quantization quantization = {};     ///< Thermal noise needs at least its ranges.
  Arithmetic arithmetic = Arithmetic::automatic;
  Poll poll = {};  ///< Between the operations of a run, and before each plan that it compiles.
};

/// Results do not depend on `batch` and `threads`: docs/numerics.md says which bits are promised.
class DPAC_API Network {
 public:
  /// Compiles everything run() needs: primitives, packed weights, buffers.
  /// @throws Error with all that check() finds, where oneDNN cannot make a layer, or ranges do not fit the
  /// graph.
  Network(const Graph& graph, const NetworkOptions& options);
  ~Network();
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;

  /// As given.
  [[nodiscard]] const Graph& graph() const;
  /// As it runs, with quantised weights where the options ask for them.
  [[nodiscard]] const FusedGraph& fused_graph() const;
  [[nodiscard]] const std::vector<AnalogLayer>& layers() const;
  /// Logits of a sample: classes, or features of a network without a head.
  [[nodiscard]] int64_t classes() const;

  /// What products are computed in: "float32", "bfloat16" or "int8".
  [[nodiscard]] std::string_view arithmetic() const;

  /// Noise of the following runs. Cheap: nothing is compiled again.
  /// @throws Error if the kind is not the one the network was compiled for, or energies or repeats do not
  /// fit.
  void set_noise(const NoiseConfig& config);

  /// Several configurations for every following run: energies, seeds. Whatever comes before the first noise
  /// of a sample is then computed once for all of them. At least one.
  void set_noise(std::span<const NoiseConfig> configs);

  /// Runs n samples; any n, in chunks of the compiled sizes.
  /// `inputs` are n images or sequences; `samples` their n indices in the data set, which choose the noise;
  /// `logits` receives [configurations, n, classes]. For images our code allocates nothing here; sequences
  /// are packed by length over the whole call, so that many at a time are faster, and plans for sizes not met
  /// before are compiled. Not to be called from two threads at once: make a network for each.
  void run(const Inputs& inputs, std::span<const int64_t> samples, std::span<float> logits);

  /// The same, showing every analog operation and every value of every sample to `observer`. For one
  /// configuration.
  /// @throws Error unless the options ask for pre-activations.
  void run_observed(const Inputs& inputs, std::span<const int64_t> samples, std::span<float> logits,
                    Observer& observer);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dpac
