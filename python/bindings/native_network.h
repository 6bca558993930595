/// @file
/// What stands behind dpac.Network in Python.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/noise/calibrate.h"
#include "engine/noise/quantization.h"
#include "python/bindings/compiled_networks.h"
#include "python/bindings/interruption.h"
#include "python/bindings/plain_array.h"
#include "python/bindings/samples.h"
#include "python/bindings/setting.h"
#include "study/session/opened_network.h"

namespace dpac::python {

/// Computes without the GIL, one call at a time: other threads wait. @throws python_error from Ctrl-C.
class NativeNetwork {
 public:
  /// Opens a weight file. @throws Error as open_network().
  explicit NativeNetwork(const ModelSettings& model);

  /// How it was opened, `opened` included.
  [[nodiscard]] const ModelSettings& model() const { return model_; }
  [[nodiscard]] const Graph& graph() const { return networks_.graph(); }
  [[nodiscard]] const std::vector<AnalogLayer>& layers() const { return layers_; }
  /// Those with quantisers, and behind them those before a ReLU: what calibrate() finds ranges of.
  [[nodiscard]] const std::vector<std::string>& tensors() const { return tensors_; }
  [[nodiscard]] const std::vector<std::string>& pre_activations() const { return pre_activations_; }
  [[nodiscard]] int64_t classes() const { return classes_; }

  /// Fills logits, [N, classes]. Sample i has the index first_sample + i, which chooses its noise.
  void run(const Samples& samples, Logits logits, int64_t first_sample, const Setting& setting);

  /// The same, and of the layers at `positions` (in layers()) "<layer>/input", "/pre", "/sigma", "/noisy".
  std::map<std::string, PlainArray> trace(const Samples& samples, Logits logits, int64_t first_sample,
                                          const Setting& setting, const std::vector<std::size_t>& positions);

  /// One range per tensors() and pre_activations(), of at most `batches` batches of random_permutation(N,
  /// ..., seed).
  Ranges calibrate(const Samples& samples, CalibrationMethod method, int64_t batches, uint64_t seed,
                   int threads);

  /// Does any other work on the network in the same way.
  template <class Work>
  auto compute(const Work& work);

  /// Ends it after Ctrl-C.
  [[nodiscard]] Poll poll() {
    return [this] { interruption_.poll(); };
  }

 private:
  /// The indices of so many samples, valid until the next call.
  std::span<const int64_t> indices(int64_t first, int64_t count);

  ModelSettings model_;
  std::mutex mutex_;  // Of all that follows.
  Interruption interruption_;
  CompiledNetworks networks_;
  std::vector<AnalogLayer> layers_;
  std::vector<std::string> tensors_, pre_activations_;
  int64_t classes_ = 0;
  std::vector<int64_t> indices_;
};

template <class Work>
auto NativeNetwork::compute(const Work& work) {
  const nanobind::gil_scoped_release released;
  const std::lock_guard lock(mutex_);
  return interruptible(interruption_, work);
}

}  // namespace dpac::python
