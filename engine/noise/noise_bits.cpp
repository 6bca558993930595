#include "engine/noise/noise_bits.h"

#include <algorithm>
#include <cmath>

#include "engine/graph/fused_graph.h"
#include "engine/observer.h"
#include "kernels/error.h"
#include "kernels/quantizer.h"

namespace dpac {
namespace {

std::size_t outputs_of(const AnalogView& view) {
  return static_cast<std::size_t>(view.epilogue.map.channels * view.epilogue.map.pixels);
}

double decibels(double signal, double noise) {
  return 10 * std::log10(signal / noise);
}

/// Values per (sample of the call, layer).
template <class T>
class Table {
 public:
  Table(std::span<const int64_t> samples, std::size_t layers)
      : samples_(samples.begin(), samples.end()), layers_(layers), values_(samples.size() * layers) {}

  T& at(int64_t sample, int layer) {
    const auto row = std::find(samples_.begin(), samples_.end(), sample) - samples_.begin();
    return row_of(static_cast<std::size_t>(row))[static_cast<std::size_t>(layer)];
  }
  std::span<T> row_of(std::size_t row) { return std::span(values_).subspan(row * layers_, layers_); }

 private:
  std::vector<int64_t> samples_;
  std::size_t layers_;
  std::vector<T> values_;
};

}  // namespace

int64_t equivalent_levels(double range, double sigma) {
  const double most = std::exp2(kMostBits);
  return static_cast<int64_t>(std::min(most, std::ceil(range / (std::sqrt(12.0) * sigma) + 1)));
}

void PrecisionMeter::Sums::add(const Sums& other) {
  variance += other.variance;
  clean += other.clean;
  clean_squares += other.clean_squares;
  difference_squares += other.difference_squares;
  count += other.count;
}

class PrecisionMeter::CleanRecorder : public Observer {
 public:
  CleanRecorder(std::span<const int64_t> samples, std::size_t layers) : values(samples, layers) {}

  void analog(const AnalogView& view) override {
    std::vector<float>& pre = values.at(view.sample, view.layer);
    pre.resize(outputs_of(view));
    to_plain(view.epilogue.map, view.pre_activation, pre);
  }

  Table<std::vector<float>> values;
};

class PrecisionMeter::NoiseRecorder : public Observer {
 public:
  NoiseRecorder(std::span<const int64_t> samples, std::size_t layers, CleanRecorder& clean)
      : sums(samples, layers), clean_(clean) {}

  void analog(const AnalogView& view) override {
    const std::vector<float>& clean = clean_.values.at(view.sample, view.layer);
    std::vector<float> sigma(clean.size()), noisy(clean.size());
    sigma_of(view, sigma);
    noisy_of(view, noisy);
    Sums own{.count = static_cast<int64_t>(clean.size())};
    for (std::size_t i = 0; i < clean.size(); ++i) {
      const auto y = static_cast<double>(clean[i]), s = static_cast<double>(sigma[i]);
      const double difference = static_cast<double>(noisy[i]) - y;
      own.variance += s * s;
      own.clean += y;
      own.clean_squares += y * y;
      own.difference_squares += difference * difference;
    }
    sums.at(view.sample, view.layer) = own;
  }

  Table<Sums> sums;

 private:
  CleanRecorder& clean_;
};

PrecisionMeter::PrecisionMeter(Network& clean, Network& noisy)
    : clean_(clean), noisy_(noisy), layers_(noisy.layers().size()) {}

void PrecisionMeter::add(const Inputs& inputs, std::span<const int64_t> samples) {
  constexpr auto kStep = static_cast<std::size_t>(kTogether);
  for (std::size_t first = 0; first < samples.size(); first += kStep) {
    const std::size_t n = std::min(kStep, samples.size() - first);
    add_together(subset(inputs, samples.size(), first, n), samples.subspan(first, n));
  }
}

void PrecisionMeter::add_together(const Inputs& inputs, std::span<const int64_t> samples) {
  std::vector<float> logits(samples.size() * static_cast<std::size_t>(clean_.classes()));
  CleanRecorder clean(samples, layers_.size());
  clean_.run_observed(inputs, samples, logits, clean);
  NoiseRecorder noise(samples, layers_.size(), clean);
  noisy_.run_observed(inputs, samples, logits, noise);
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const std::span<Sums> row = noise.sums.row_of(s);
    for (std::size_t l = 0; l < layers_.size(); ++l) layers_[l].add(row[l]);
  }
}

LayerPrecision PrecisionMeter::precision_of(std::size_t layer, double range) const {
  const AnalogLayer& about = noisy_.layers()[layer];
  const Sums& sums = layers_[layer];
  const auto count = static_cast<double>(sums.count);
  const double mean = sums.clean / count, signal = sums.clean_squares / count - mean * mean;
  LayerPrecision precision{
      .name = about.name, .dot_length = about.dot_length, .outputs = about.outputs, .range = range};
  precision.sigma = std::sqrt(sums.variance / count);
  if (sums.difference_squares > 0)
    precision.cascaded_snr_db = decibels(signal, sums.difference_squares / count);
  if (precision.sigma == 0) return precision;
  precision.snr_db = decibels(signal, sums.variance / count);
  precision.levels = equivalent_levels(range, precision.sigma);
  precision.bits = std::log2(static_cast<double>(*precision.levels));
  return precision;
}

std::vector<LayerPrecision> PrecisionMeter::result(const Ranges& ranges) const {
  if (layers_.front().count == 0) throw Error("noise bits need at least one sample, but none was given");
  std::vector<LayerPrecision> layers;
  for (std::size_t t = 0; const QuantizedTensor& tensor : quantized_tensors(noisy_.fused_graph())) {
    const ValueRange& range = ranges.at(t++);
    if (tensor.role != QuantizedTensor::Role::output) continue;
    layers.push_back(precision_of(layers.size(), static_cast<double>(range.width())));
  }
  return layers;
}

}  // namespace dpac
