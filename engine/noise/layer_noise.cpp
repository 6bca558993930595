#include "engine/noise/layer_noise.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>

#include "engine/graph/fused_graph.h"

namespace dpac {
namespace {

/// Of `taps` ones from pixel `first` on, `step` pixels apart.
Taps taps_inside(int64_t first, int taps, int step, int64_t size) {
  const auto before = [&](int64_t pixel) {
    return (pixel - first + step - 1) / step;
  };  // Taps that lie before it.
  return {static_cast<int>(first >= 0 ? 0 : before(0)),
          static_cast<int>(std::clamp<int64_t>(size <= first ? 0 : before(size), 0, taps))};
}

template <class Value>
Value of_channel(std::span<const Value> values, std::size_t channel) {
  return values[values.size() == 1 ? 0 : channel];
}

std::vector<int32_t> padded(std::span<const int32_t> repeats, const BlockedMap& map) {
  if (std::all_of(repeats.begin(), repeats.end(), [](int32_t k) { return k == 1; })) return {};
  std::vector<int32_t> per_channel(static_cast<std::size_t>(map.padded_channels()), 1);
  for (std::size_t c = 0; c < static_cast<std::size_t>(map.channels); ++c)
    per_channel[c] = of_channel(repeats, c);
  return per_channel;
}

/// Rows of `value(i, c)` for every channel c of row i / channels, zeros beyond the last one.
template <class Value>
AlignedFloats rows_of_channels(std::size_t rows, const BlockedMap& map, const Value& value) {
  const auto channels = static_cast<std::size_t>(map.channels);
  const auto stride = static_cast<std::size_t>(map.padded_channels());
  AlignedFloats padded(rows * stride);
  std::fill_n(padded.data(), padded.size(), 0.0f);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < channels; ++c)
      padded.data()[row * stride + c] = static_cast<float>(value(row * channels + c, c));
  }
  return padded;
}

/// sqrt(mean_j sigma(W_ij)^2) of every output channel at energy 1.
std::vector<double> mean_deviations(const Tensor& weights, const std::array<double, 3>& constants,
                                    const NoiseSigmas& units) {
  const auto row = static_cast<std::size_t>(dot_length_of(weights));
  std::vector<double> means;
  for (std::size_t c = 0; c < units.size(); ++c) {
    double sum = 0;
    for (const float weight : weights.values().subspan(c * row, row)) {
      const double w = units[c] > 0 ? std::abs(static_cast<double>(weight)) / units[c] : 0;
      const double sigma = units[c] * std::max(0.0, constants[0] + w * (constants[1] + w * constants[2]));
      sum += sigma * sigma;
    }
    means.push_back(std::sqrt(sum / static_cast<double>(row)));
  }
  return means;
}

}  // namespace

PatchWindow patch_window(const FusedGraph& graph, const FusedNode& node) {
  if (node.value.tokens) return {};  // A run has any number of them.
  const MapShape& in = input_shape(graph, node);
  const Geometry g = product_of(node).geometry;
  return {.height = in.height,
          .width = in.width,
          .out_height = node.shape().height,
          .out_width = node.shape().width,
          .kernel_height = g.kernel.h,
          .kernel_width = g.kernel.w,
          .stride_rows = g.stride.h,
          .stride_columns = g.stride.w,
          .pad_top = g.pad_top,
          .pad_left = g.pad_left,
          .row_step = g.dilation.h,
          .column_step = g.dilation.w};
}

LayerNoise LayerNoise::attention(NoiseKind kind, const CalibratedRanges& ranges) {
  return {kind, BlockedMap{1, 1, kChannelGroup}, LayerFacts{.ranges = ranges}};
}

LayerNoise::LayerNoise(NoiseKind kind, const BlockedMap& map, const LayerFacts& facts)
    : map_(map), attention_(true) {
  add_terms(kind, facts);
}

LayerNoise::LayerNoise(const FusedGraph& graph, const FusedNode& node, const BlockedMap& map, NoiseKind kind,
                       std::span<const ValueRange> weights, const CalibratedRanges& ranges)
    : window_(patch_window(graph, node)),
      map_(map),
      length_(dot_length_of(analog_weights(node))),
      groups_(groups_of(node)) {
  const std::vector<KernelPart> parts = make_runs(noise_traits(kind).needs_norms);
  add_terms(kind, {.weights = &analog_weights(node),
                   .weight_ranges = weights,
                   .window = window_,
                   .parts = parts,
                   .ranges = ranges});
}

/// One row of gains for each of the parts that are returned, or one row for all pixels.
std::vector<KernelPart> LayerNoise::make_runs(bool by_parts) {
  for (int64_t pixel = 0; !by_parts && pixel < map_.pixels; ++pixel) add_run(pixel, 0);
  if (!by_parts) return {};
  std::map<KernelPart, int64_t> row_of_part;
  std::vector<KernelPart> parts;
  for (int64_t y = 0; y < window_.out_height; ++y) {
    const Taps rows = taps_inside(y * window_.stride_rows - window_.pad_top, window_.kernel_height,
                                  window_.row_step, window_.height);
    for (int64_t x = 0; x < window_.out_width; ++x) {
      const Taps columns = taps_inside(x * window_.stride_columns - window_.pad_left, window_.kernel_width,
                                       window_.column_step, window_.width);
      const KernelPart part{rows, columns};
      const auto [it, added] = row_of_part.try_emplace(part, static_cast<int64_t>(parts.size()));
      if (added) parts.push_back(part);
      add_run(y * window_.out_width + x, it->second);
    }
  }
  return parts;
}

void LayerNoise::add_run(int64_t pixel, int64_t gain_row) {
  assert(runs_.empty() || pixel == runs_.back().end);
  if (runs_.empty() || runs_.back().gain_row != gain_row || pixel - runs_.back().begin == kMaxRun) {
    runs_.push_back({pixel, pixel, gain_row});
  }
  runs_.back().end = pixel + 1;
}

void LayerNoise::add_terms(NoiseKind kind, const LayerFacts& facts) {
  for (const NoiseModel& model : noise_models()) {
    if (!kind.has(model.kind)) continue;
    NoiseSigmas sigmas = model.sigmas(facts);
    assert(sigmas.size() % static_cast<std::size_t>(map_.channels) == 0);
    if (!sigmas.empty()) terms_.push_back({&model, facts.weights, std::move(sigmas)});
  }
}

double LayerNoise::length_factor(const NoiseModel& model, DotLength length) const {
  const int64_t in_force = length == DotLength::paper ? length_ * groups_ : length_;
  return std::pow(static_cast<double>(in_force), model.length_power);
}

/// Of all noises with that target together, at energy 1; empty without any.
std::vector<double> LayerNoise::deviations(NoiseTarget target, const NoiseConfig& config) const {
  std::vector<double> sums;
  for (const Term& term : terms_) {
    if (term.model->target != target) continue;
    const double factor = term.model->constants(config)[0] * length_factor(*term.model, config.dot_length);
    const bool first = sums.empty();
    sums.resize(term.sigmas.size());
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const double own = factor * term.sigmas[i];
      sums[i] = first ? own : std::hypot(sums[i], own);
    }
  }
  return sums;
}

LayerGains LayerNoise::gains(std::span<const float> energies, std::span<const int32_t> repeats,
                             const NoiseConfig& config) const {
  const auto channels = static_cast<std::size_t>(map_.channels);
  assert(energies.size() == 1 || energies.size() == channels);
  assert(repeats.size() == 1 || repeats.size() == channels);
  std::vector<double> shares;  // What a draw is of the deviation at energy 1.
  for (std::size_t c = 0; c < channels; ++c) {
    const double root = std::sqrt(static_cast<double>(of_channel(energies, c)));
    shares.push_back(1 / (root * of_channel(repeats, c)));
  }
  LayerGains result;
  result.repeats = padded(repeats, map_);
  if (attention_) {
    result.product = product_gains(shares.front(), config);
    return result;
  }
  const std::vector<double> scaled = deviations(NoiseTarget::outputs_by_norms, config),
                            constant = deviations(NoiseTarget::outputs, config);
  const std::vector<double>& outputs = scaled.empty() ? constant : scaled;
  const std::size_t rows = outputs.size() / channels;
  if (rows != 0) {
    result.outputs =
        rows_of_channels(rows, map_, [&](std::size_t i, std::size_t c) { return outputs[i] * shares[c]; });
  }
  if (!scaled.empty() && !constant.empty()) {
    result.floors =
        rows_of_channels(rows, map_, [&](std::size_t, std::size_t c) { return constant[c] * shares[c]; });
  }
  result.weights = weight_gains(NoiseTarget::weights, shares, config);
  result.chip = weight_gains(NoiseTarget::chip, shares, config);
  return result;
}

std::vector<ProductGain> LayerNoise::product_gains(double share, const NoiseConfig& config) const {
  std::vector<ProductGain> gains;
  for (const auto& [model, weights, sigmas] : terms_) {
    gains.push_back({.by_norms = model->target == NoiseTarget::outputs_by_norms,
                     .length_power = model->length_power,
                     .gain = model->constants(config)[0] * sigmas.front() * share});
  }
  return gains;
}

/// Of the one noise with that target, if there is one.
WeightGains LayerNoise::weight_gains(NoiseTarget target, std::span<const double> shares,
                                     const NoiseConfig& config) const {
  WeightGains gains;
  for (const Term& term : terms_) {
    if (term.model->target != target) continue;
    assert(gains.gains.size() == 0);
    const auto [c0, c1, c2] = term.model->constants(config);
    const auto row = [&](const auto& value) {
      return rows_of_channels(1, map_,
                              [&](std::size_t, std::size_t c) { return value(term.sigmas[c]) * shares[c]; });
    };
    gains.gains = row([c0 = c0](double unit) { return c0 * unit; });
    if (c1 == 0 && c2 == 0) continue;
    gains.slopes = row([c1 = c1](double) { return c1; });
    gains.curves = row([c2 = c2](double unit) { return unit > 0 ? c2 / unit : 0.0; });
    const std::vector<double> means = mean_deviations(*term.weights, {c0, c1, c2}, term.sigmas);
    gains.means = rows_of_channels(1, map_, [&](std::size_t, std::size_t c) { return means[c] * shares[c]; });
  }
  return gains;
}

}  // namespace dpac
