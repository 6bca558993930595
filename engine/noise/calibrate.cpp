#include "engine/noise/calibrate.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <random>

#include <fmt/format.h>

#include "engine/graph/fused_graph.h"
#include "engine/network.h"
#include "engine/noise/percentile.h"
#include "engine/observer.h"
#include "engine/ops/attention/attention_head.h"
#include "kernels/error.h"

namespace dpac {
namespace {

constexpr double kDecay = 0.99;
constexpr double kPercent = 99.99;

/// Gives the values of every calibrated tensor of every sample, in plain order, to `take(tensor, sample,
/// values)`.
template <class Take>
class TensorObserver : public Observer {
 public:
  TensorObserver(const FusedGraph& graph, const std::vector<QuantizedTensor>& tensors, Take take)
      : take_(std::move(take)) {
    outputs_.assign(graph.nodes.size(), kNone);
    values_.assign(graph.nodes.size(), kNone);
    using Role = QuantizedTensor::Role;
    layers_.resize(analog_layers(graph).size());
    for (std::size_t l = 0; const AnalogLayer& layer : analog_layers(graph)) layers_[l++] = layer.node;
    for (int t = 0; const QuantizedTensor& tensor : tensors) {
      const auto n = static_cast<std::size_t>(tensor.node);
      const bool last = tensor.role != Role::pre_activation &&
                        (tensor.role != Role::output || !has_later_tensor(tensors, t));
      if (tensor.role != Role::scaled) (last ? values_ : outputs_)[n] = t;
      ++t;
    }
  }

  /// Outputs before their ReLU, and those that something else is made of, which have no activation before it,
  /// are seen here only.
  void analog(const AnalogView& view) override {
    const auto n = static_cast<std::size_t>(layers_[static_cast<std::size_t>(view.layer)]);
    if (outputs_[n] == kNone) return;
    take_(static_cast<std::size_t>(outputs_[n]), view.sample, plain(view.epilogue.map, view.pre_activation));
  }

  void value(const ValueView& view) override {
    const int tensor = values_[static_cast<std::size_t>(view.node)];
    if (tensor == kNone) return;
    const auto size = static_cast<std::size_t>(view.map.channels * view.map.pixels);
    const std::vector<float> values =
        view.plain ? std::vector<float>(view.values, view.values + size) : plain(view.map, view.values);
    take_(static_cast<std::size_t>(tensor), view.sample, values);
  }

 private:
  static bool has_later_tensor(const std::vector<QuantizedTensor>& tensors, int t) {
    const auto next = static_cast<std::size_t>(t) + 1;
    return next < tensors.size() && tensors[next].node == tensors[next - 1].node;
  }

  static std::vector<float> plain(const BlockedMap& map, const float* src) {
    std::vector<float> values(static_cast<std::size_t>(map.channels * map.pixels));
    to_plain(map, src, values);
    return values;
  }

  Take take_;
  std::vector<int> layers_, outputs_, values_;
};

class Calibration {
 public:
  Calibration(const Graph& graph, CalibrationMethod method, int threads, const Poll& poll)
      : method_(method),
        network_(
            graph,
            {.batch = kCalibrationBatch, .threads = threads, .keep_pre_activations = true, .poll = poll}),
        tensors_(calibrated_tensors(network_.fused_graph())),
        averages_(tensors_.size()) {
    if (method == CalibrationMethod::percentile)
      counters_.assign(tensors_.size(), PercentileCounter(kPercent));
  }

  Ranges run(const BatchSource& batches) {
    batches([&](const Inputs& inputs) { first_pass(inputs); });
    if (batch_count_ == 0) throw Error("calibration needs at least one batch of samples, but none was given");
    Ranges ranges = averages_;
    if (method_ == CalibrationMethod::percentile) find_percentiles(batches, ranges);
    scale_scores(ranges);
    return ranges;
  }

 private:
  void find_percentiles(const BatchSource& batches, Ranges& ranges) {
    for (std::size_t t = 0; t < ranges.size(); ++t) {
      if (is_counted(t)) counters_[t].start_second_pass();
    }
    batches([&](const Inputs& inputs) { second_pass(inputs); });
    for (std::size_t t = 0; t < ranges.size(); ++t) {
      if (is_counted(t)) ranges[t] = counters_[t].range();
    }
  }

  /// Images have a fixed range, and scaled scores that of scores.
  [[nodiscard]] bool is_counted(std::size_t t) const {
    return tensors_[t].role != QuantizedTensor::Role::input &&
           tensors_[t].role != QuantizedTensor::Role::scaled;
  }

  /// What softmax reads is the tensor before it times a constant, and so is its range.
  void scale_scores(Ranges& ranges) const {
    const FusedGraph& graph = network_.fused_graph();
    for (std::size_t t = 0; t < ranges.size(); ++t) {
      if (tensors_[t].role != QuantizedTensor::Role::scaled) continue;
      const FusedNode& node = graph.nodes[static_cast<std::size_t>(tensors_[t].node)];
      const int64_t heads = std::get<AttentionScoresOp>(node.op).heads;
      const float scale =
          score_scale({.heads = heads, .head_size = input_shape(graph, node).channels / heads});
      ranges[t] = {scale * ranges[t - 1].min, scale * ranges[t - 1].max};
    }
  }

  template <class Take>
  void observe(const Inputs& inputs, Take take) {
    const MapShape& input = network_.fused_graph().input();
    const std::size_t n =
        network_.fused_graph().reads_text()
            ? inputs.sequences.size()
            : inputs.images.size() / static_cast<std::size_t>(input.channels * input.pixels());
    std::vector<int64_t> samples(n);
    std::iota(samples.begin(), samples.end(), 0);
    std::vector<float> logits(n * static_cast<std::size_t>(network_.classes()));
    TensorObserver observer(network_.fused_graph(), tensors_, std::move(take));
    network_.run_observed(inputs, samples, logits, observer);
  }

  void first_pass(const Inputs& inputs) {
    Ranges batch(tensors_.size());
    observe(inputs, [&](std::size_t tensor, int64_t, std::span<const float> values) {
      const ValueRange own = range_of(values);
      const bool count = method_ == CalibrationMethod::percentile;
#pragma omp critical(dpac_calibration)
      {
        batch[tensor].join(own);
        if (count) counters_[tensor].add(values);
      }
    });
    average(batch);
  }

  void second_pass(const Inputs& inputs) {
    observe(inputs, [&](std::size_t tensor, int64_t, std::span<const float> values) {
#pragma omp critical(dpac_calibration)
      counters_[tensor].add_again(values);
    });
  }

  void average(const Ranges& batch) {
    for (std::size_t t = 0; t < batch.size(); ++t) {
      if (tensors_[t].role == QuantizedTensor::Role::scaled) continue;
      if (!std::isfinite(batch[t].min) || !std::isfinite(batch[t].max)) {
        throw Error(fmt::format("calibration: tensor '{}' has values that are not finite", tensors_[t].name));
      }
      averages_[t] = batch_count_ == 0 ? batch[t]
                                       : ValueRange{average(averages_[t].min, batch[t].min),
                                                    average(averages_[t].max, batch[t].max)};
    }
    ++batch_count_;
  }

  static float average(float running, float now) {
    return static_cast<float>(kDecay * static_cast<double>(running) +
                              (1 - kDecay) * static_cast<double>(now));
  }

  CalibrationMethod method_;
  Network network_;
  std::vector<QuantizedTensor> tensors_;
  Ranges averages_;
  std::vector<PercentileCounter> counters_;
  int64_t batch_count_ = 0;
};

}  // namespace

std::string_view name(CalibrationMethod method) {
  return method == CalibrationMethod::ema ? "ema" : "percentile";
}

int64_t default_batches(CalibrationMethod method) {
  return method == CalibrationMethod::ema ? 100 : 5;
}

Ranges calibrate(const Graph& graph, CalibrationMethod method, int threads, const BatchSource& batches,
                 const Poll& poll) {
  return Calibration(graph, method, threads, poll).run(batches);
}

std::vector<int64_t> random_permutation(int64_t size, int64_t count, uint64_t seed) {
  std::vector<int64_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), int64_t{0});
  std::mt19937_64 random(seed);
  const int64_t taken = std::min(count, size);
  for (int64_t i = 0; i < taken; ++i) {
    // By remainder, since the standard's distributions differ between libraries; 64 bits leave no bias to
    // speak of.
    const auto pick = static_cast<int64_t>(random() % static_cast<uint64_t>(size - i));
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(i + pick)]);
  }
  order.resize(static_cast<std::size_t>(taken));
  return order;
}

}  // namespace dpac
