/// @file
/// Reverse-mode differentiation of a noisy network by the energies of its layers (docs/model.md section 6).
///
/// Weights are constants and have no gradients. d y_noisy / d log E_c = -1/2 * noise; sigma's dependence on
/// its input is not differentiated; a quantiser passes the gradient inside its range and stops it outside.
/// Noise is drawn again in the backward rather than stored. What the forward keeps is a bit per ReLU or
/// quantiser, norms of patches for shot noise, and at the pre-activations the noise of weights; memory does
/// not grow with the batch, for a few samples at a time go forward and back.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/inputs.h"
#include "engine/noise/analog.h"
#include "engine/noise/noise_config.h"
#include "engine/noise/quantization.h"
#include "engine/poll.h"
#include "learn/loss.h"
#include "learn/precision_parameters.h"

namespace dpac {

/// What is asked of a batch.
enum class Derivative {
  gradient,           ///< d loss / d log E_c of the noisy network.
  sensitivity,        ///< s_c of the clean network: its expected loss at small noise is L0 + sum_c s_c / E_c.
  noisy_sensitivity,  ///< s_c of the noisy network: d expected loss / d (1 / E_c) at its energies.
};

struct DifferentiatorOptions {
  NoiseKind noise = NoiseKind::shot;  ///< Not none.
  Derivative derivative = Derivative::gradient;
  int64_t batch = 32;  ///< Samples a call usually has; a matter of speed and memory only.
  int threads = 0;     ///< 0: all that OpenMP gives.
  Quantization quantization = {};
  Poll poll = {};  ///< Between the operations of a run, and before each plan that it compiles.
};

/// What a batch gave. Values are means over its samples.
struct BatchDerivative {
  double loss = 0;
  ChannelValues values;                  ///< The derivative, of every output channel of every analog layer.
  std::vector<ChannelValues> by_sample;  ///< [n], whose means the values are; of sensitivities only.
  std::vector<float> logits;             ///< [n, classes].
};

/// Results do not depend on `batch` (but for the number of samples given) and `threads`.
class Differentiator {
 public:
  /// @throws Error where oneDNN cannot make a layer, or ranges do not fit the graph.
  Differentiator(const Graph& graph, const DifferentiatorOptions& options);
  ~Differentiator();
  Differentiator(Differentiator&&) noexcept;
  Differentiator& operator=(Differentiator&&) noexcept;

  /// As given.
  [[nodiscard]] const Graph& graph() const;
  /// As it runs, with quantised weights where the options ask for them.
  [[nodiscard]] const FusedGraph& fused_graph() const;
  [[nodiscard]] const std::vector<AnalogLayer>& layers() const;

  /// Noise of the following runs, of its kind, without repeats. All samples of a step share one draw of
  /// weights, and under programming noise one chip, which is another at every step. Energies have no
  /// influence on the clean network's sensitivities.
  /// @throws Error if it does not fit.
  void set_noise(const NoiseConfig& config, uint32_t step);

  /// Forward and backward of n samples, images or sequences; `samples` are indices in the data set. Not to be
  /// called from two threads at once.
  BatchDerivative run(const Inputs& inputs, std::span<const int64_t> samples, const SampleLoss& loss);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dpac
