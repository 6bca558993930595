#include "python/bindings/native_network.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include <fmt/format.h>
#include <omp.h>

#include "engine/network.h"
#include "engine/noise/analog.h"
#include "engine/trace/trace_recorder.h"
#include "kernels/error.h"

namespace dpac::python {

namespace {

ModelSettings opened(ModelSettings model) {
  model.opened = open_network(model);
  return model;
}

}  // namespace

NativeNetwork::NativeNetwork(const ModelSettings& model)
    : model_(opened(model)),
      networks_(model_.opened->graph, [this] { interruption_.poll(); }),
      layers_(analog_layers(networks_.graph())),
      classes_(output_channels(networks_.graph())) {
  for (const QuantizedTensor& tensor : calibrated_tensors(networks_.graph())) {
    const bool before_relu = tensor.role == QuantizedTensor::Role::pre_activation;
    (before_relu ? pre_activations_ : tensors_).push_back(tensor.name);
  }
}

std::span<const int64_t> NativeNetwork::indices(int64_t first, int64_t count) {
  if (first < 0 || first > std::numeric_limits<int64_t>::max() - count) {
    throw Error(fmt::format("the first sample's index is {}, expected one that is not negative", first));
  }
  indices_.resize(static_cast<std::size_t>(count));
  std::iota(indices_.begin(), indices_.end(), first);
  return indices_;
}

void NativeNetwork::run(const Samples& samples, Logits logits, int64_t first_sample, const Setting& setting) {
  compute([&] {
    Network& network = networks_.get(samples.count(), setting, Observed::no);
    network.run(samples.inputs(), indices(first_sample, samples.count()), {logits.data(), logits.size()});
  });
}

std::map<std::string, PlainArray> NativeNetwork::trace(const Samples& samples, Logits logits,
                                                       int64_t first_sample, const Setting& setting,
                                                       const std::vector<std::size_t>& positions) {
  return compute([&] {
    Network& network = networks_.get(samples.count(), setting, Observed::yes);
    const auto indexed = indices(first_sample, samples.count());
    TraceRecorder recorder(network, positions, indexed, samples.longest());
    network.run_observed(samples.inputs(), indexed, {logits.data(), logits.size()}, recorder);
    std::map<std::string, PlainArray> arrays;
    recorder.visit([&](const std::string& name, const Shape& shape, std::vector<float>& values) {
      arrays[name] = {shape, std::move(values)};
    });
    return arrays;
  });
}

Ranges NativeNetwork::calibrate(const Samples& samples, CalibrationMethod method, int64_t batches,
                                uint64_t seed, int threads) {
  const std::vector<int64_t> chosen =
      random_permutation(samples.count(), std::min(samples.count(), batches * kCalibrationBatch), seed);
  const BatchSource source = [&](const BatchVisitor& visit) {
    for (auto first = chosen.begin(); first != chosen.end();) {
      const auto last = first + std::min<std::ptrdiff_t>(kCalibrationBatch, chosen.end() - first);
      samples.gather({first, last}, visit);
      first = last;
    }
  };
  return compute([&] {
    return dpac::calibrate(networks_.graph(), method, threads > 0 ? threads : omp_get_max_threads(), source,
                           [this] { interruption_.poll(); });
  });
}

}  // namespace dpac::python
