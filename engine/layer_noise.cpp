#include "engine/layer_noise.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <utility>

namespace dpac {
namespace {

/// Taps [begin, end) of a kernel that lie inside the image, along one axis.
struct Taps {
  int begin = 0, end = 0;
  auto operator<=>(const Taps&) const = default;
};

Taps taps_inside(const PatchWindow& window, int64_t position, int64_t size, int pad) {
  const int64_t first = position * window.stride - pad;
  return {static_cast<int>(std::max<int64_t>(0, -first)),
          static_cast<int>(std::min<int64_t>(window.kernel, size - first))};
}

/// ||W_i|| over some rows and columns of the kernel, for every output channel.
void append_norms(const Tensor& weights, int64_t kernel, Taps rows, Taps columns,
                  std::vector<double>& norms) {
  const int64_t in_channels = dot_length_of(weights) / (kernel * kernel);
  const float* w = weights.values().data();
  for (int64_t c = 0; c < weights.dim(0); ++c) {
    double sum = 0;
    for (int64_t i = c * in_channels; i < (c + 1) * in_channels; ++i) {
      for (int64_t r = rows.begin; r < rows.end; ++r) {
        for (int64_t s = columns.begin; s < columns.end; ++s) {
          const auto tap = static_cast<double>(w[(i * kernel + r) * kernel + s]);
          sum += tap * tap;
        }
      }
    }
    norms.push_back(std::sqrt(sum));
  }
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

}  // namespace

PatchWindow patch_window(const Graph& graph, const Node& node) {
  const auto* convolution = std::get_if<ConvolutionOp>(&node.op);
  if (convolution == nullptr) return {};
  const MapShape& in = input_shape(graph, node);
  const Geometry& g = convolution->geometry;
  return {in.height, in.width, node.shape.height, node.shape.width,
          g.kernel,  g.stride, g.pad_top,         g.pad_left};
}

LayerNoise::LayerNoise(const Graph& graph, const Node& node, const BlockedMap& map)
    : window_(patch_window(graph, node)), map_(map) {}

void LayerNoise::add_run(int64_t pixel, int64_t gain_row) {
  assert(runs_.empty() || pixel == runs_.back().end);
  if (runs_.empty() || runs_.back().gain_row != gain_row || pixel - runs_.back().begin == kMaxRun) {
    runs_.push_back({pixel, pixel, gain_row});
  }
  runs_.back().end = pixel + 1;
}

LayerNoise LayerNoise::attention(double unit_sigma) {
  LayerNoise noise(BlockedMap{1, 1, kChannelGroup});
  noise.unit_sigma_ = {unit_sigma};
  return noise;
}

LayerNoise LayerNoise::silent(const Graph& graph, const Node& node, const BlockedMap& map) {
  LayerNoise noise(graph, node, map);
  for (int64_t pixel = 0; pixel < map.pixels; ++pixel) noise.add_run(pixel, 0);
  return noise;
}

LayerNoise LayerNoise::shot(const Graph& graph, const Node& node, const BlockedMap& map) {
  LayerNoise noise(graph, node, map);
  const PatchWindow& window = noise.window_;
  const Tensor& weights = analog_weights(node);
  std::map<std::pair<Taps, Taps>, int64_t> row_of_gains;
  for (int64_t y = 0; y < window.out_height; ++y) {
    const Taps rows = taps_inside(window, y, window.height, window.pad_top);
    for (int64_t x = 0; x < window.out_width; ++x) {
      const Taps columns = taps_inside(window, x, window.width, window.pad_left);
      const auto [it, added] =
          row_of_gains.try_emplace({rows, columns}, static_cast<int64_t>(row_of_gains.size()));
      if (added) append_norms(weights, window.kernel, rows, columns, noise.unit_sigma_);
      noise.add_run(y * window.out_width + x, it->second);
    }
  }
  const double root = std::sqrt(static_cast<double>(dot_length_of(weights)));
  for (double& sigma : noise.unit_sigma_) sigma /= root;
  return noise;
}

LayerNoise LayerNoise::thermal(const Graph& graph, const Node& node, const BlockedMap& map,
                               const std::vector<ValueRange>& weights, const ValueRange& input) {
  LayerNoise noise = silent(graph, node, map);
  const double scale = std::sqrt(static_cast<double>(dot_length_of(analog_weights(node)))) * input.width();
  for (const ValueRange& range : weights) noise.unit_sigma_.push_back(scale * range.width());
  return noise;
}

LayerNoise LayerNoise::weight(const Graph& graph, const Node& node, const BlockedMap& map,
                              const std::vector<ValueRange>& weights) {
  LayerNoise noise = silent(graph, node, map);
  for (const ValueRange& range : weights) noise.unit_sigma_.push_back(range.width());
  return noise;
}

LayerGains LayerNoise::gains(std::span<const float> energies, std::span<const int32_t> repeats,
                             double sigma) const {
  const auto channels = static_cast<std::size_t>(map_.channels);
  const auto stride = static_cast<std::size_t>(map_.padded_channels());
  assert(energies.size() == 1 || energies.size() == channels);
  assert(repeats.size() == 1 || repeats.size() == channels);
  assert(unit_sigma_.size() % channels == 0 && sigma >= 0);
  const std::size_t rows = unit_sigma_.size() / channels;
  LayerGains result{AlignedFloats(rows * stride), padded(repeats, map_)};
  std::fill_n(result.gains.data(), result.gains.size(), 0.0f);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < channels; ++c) {
      const double root = std::sqrt(static_cast<double>(of_channel(energies, c)));
      const double gain = sigma * unit_sigma_[row * channels + c] / root / of_channel(repeats, c);
      result.gains.data()[row * stride + c] = static_cast<float>(gain);
    }
  }
  return result;
}

}  // namespace dpac
