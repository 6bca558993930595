#include "engine/noise/layer_noise.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <utility>

#include "engine/graph/fused_graph.h"

namespace dpac {
namespace {

/// Taps [begin, end) of a kernel that lie inside the image, along one axis.
struct Taps {
  int begin = 0, end = 0;
  auto operator<=>(const Taps&) const = default;
};

/// Of `taps` ones from pixel `first` on, `step` pixels apart.
Taps taps_inside(int64_t first, int taps, int step, int64_t size) {
  const auto before = [&](int64_t pixel) {
    return (pixel - first + step - 1) / step;
  };  // Taps that lie before it.
  return {static_cast<int>(first >= 0 ? 0 : before(0)),
          static_cast<int>(std::clamp<int64_t>(size <= first ? 0 : before(size), 0, taps))};
}

/// ||W_i|| over some rows and columns of the kernel, for every output channel.
void append_norms(const Tensor& weights, const PatchWindow& window, Taps rows, Taps columns,
                  std::vector<double>& norms) {
  const int64_t height = window.kernel_height, width = window.kernel_width;
  const int64_t in_channels = dot_length_of(weights) / (height * width);
  const float* w = weights.values().data();
  for (int64_t c = 0; c < weights.dim(0); ++c) {
    double sum = 0;
    for (int64_t i = c * in_channels; i < (c + 1) * in_channels; ++i) {
      for (int64_t r = rows.begin; r < rows.end; ++r) {
        for (int64_t s = columns.begin; s < columns.end; ++s) {
          const auto tap = static_cast<double>(w[(i * height + r) * width + s]);
          sum += tap * tap;
        }
      }
    }
    norms.push_back(std::sqrt(sum));
  }
}

double root_of_groups(const FusedNode& node) {
  return std::sqrt(static_cast<double>(groups_of(node)));
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

LayerNoise::LayerNoise(const FusedGraph& graph, const FusedNode& node, const BlockedMap& map)
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

LayerNoise LayerNoise::silent(const FusedGraph& graph, const FusedNode& node, const BlockedMap& map) {
  LayerNoise noise(graph, node, map);
  for (int64_t pixel = 0; pixel < map.pixels; ++pixel) noise.add_run(pixel, 0);
  return noise;
}

LayerNoise LayerNoise::shot(const FusedGraph& graph, const FusedNode& node, const BlockedMap& map) {
  LayerNoise noise(graph, node, map);
  const PatchWindow& window = noise.window_;
  const Tensor& weights = analog_weights(node);
  std::map<std::pair<Taps, Taps>, int64_t> row_of_gains;
  for (int64_t y = 0; y < window.out_height; ++y) {
    const Taps rows = taps_inside(y * window.stride_rows - window.pad_top, window.kernel_height,
                                  window.row_step, window.height);
    for (int64_t x = 0; x < window.out_width; ++x) {
      const Taps columns = taps_inside(x * window.stride_columns - window.pad_left, window.kernel_width,
                                       window.column_step, window.width);
      const auto [it, added] =
          row_of_gains.try_emplace({rows, columns}, static_cast<int64_t>(row_of_gains.size()));
      if (added) append_norms(weights, window, rows, columns, noise.unit_sigma_);
      noise.add_run(y * window.out_width + x, it->second);
    }
  }
  const double root = std::sqrt(static_cast<double>(dot_length_of(weights)));
  for (double& sigma : noise.unit_sigma_) sigma /= root;
  noise.paper_factor_ = 1 / root_of_groups(node);
  return noise;
}

LayerNoise LayerNoise::thermal(const FusedGraph& graph, const FusedNode& node, const BlockedMap& map,
                               const std::vector<ValueRange>& weights, const ValueRange& input) {
  LayerNoise noise = silent(graph, node, map);
  const double scale = std::sqrt(static_cast<double>(dot_length_of(analog_weights(node)))) * input.width();
  for (const ValueRange& range : weights) noise.unit_sigma_.push_back(scale * range.width());
  noise.paper_factor_ = root_of_groups(node);
  return noise;
}

LayerNoise LayerNoise::weight(const FusedGraph& graph, const FusedNode& node, const BlockedMap& map,
                              const std::vector<ValueRange>& weights) {
  LayerNoise noise = silent(graph, node, map);
  for (const ValueRange& range : weights) noise.unit_sigma_.push_back(range.width());
  return noise;
}

double LayerNoise::with_dot_length(DotLength length) const {
  return length == DotLength::paper ? paper_factor_ : 1;
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
