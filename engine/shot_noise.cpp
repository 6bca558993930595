#include "engine/shot_noise.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace dpac {
namespace {

const Tensor& weights_of(const Node& node) {
  const auto* linear = std::get_if<LinearOp>(&node.op);
  return linear != nullptr ? linear->weights : std::get<ConvolutionOp>(node.op).weights;
}

PatchWindow window_of(const Graph& graph, const Node& node) {
  const auto* convolution = std::get_if<ConvolutionOp>(&node.op);
  if (convolution == nullptr) return {};
  const MapShape& in = graph.nodes[static_cast<std::size_t>(node.input)].shape;
  const Geometry& g = convolution->geometry;
  return {in.height, in.width, node.shape.height, node.shape.width, g.kernel, g.stride, g.pad_top, g.pad_left};
}

}  // namespace

ShotNoise::ShotNoise(const Graph& graph, const Node& node, int block)
    : window_(window_of(graph, node)), map_{node.shape.channels, node.shape.pixels(), block} {
  const Tensor& weights = weights_of(node);
  dot_length_ = element_count(weights.shape()) / weights.dim(0);
  make_runs(weights);
  const auto rows = norms_.size() / static_cast<std::size_t>(map_.channels);
  gains_ = AlignedFloats(rows * static_cast<std::size_t>(map_.padded_channels()));
  silence();
}

ShotNoise::Taps ShotNoise::taps_inside(int64_t position, int64_t size, int pad) const {
  const int64_t first = position * window_.stride - pad;
  return {static_cast<int>(std::max<int64_t>(0, -first)),
          static_cast<int>(std::min<int64_t>(window_.kernel, size - first))};
}

void ShotNoise::make_runs(const Tensor& weights) {
  std::map<std::pair<Taps, Taps>, int64_t> row_of_gains;
  for (int64_t y = 0; y < window_.out_height; ++y) {
    const Taps rows = taps_inside(y, window_.height, window_.pad_top);
    for (int64_t x = 0; x < window_.out_width; ++x) {
      const Taps columns = taps_inside(x, window_.width, window_.pad_left);
      const auto [it, added] = row_of_gains.try_emplace({rows, columns}, static_cast<int64_t>(row_of_gains.size()));
      if (added) add_row_of_gains(weights, rows, columns);
      const int64_t pixel = y * window_.out_width + x;
      if (runs_.empty() || runs_.back().gain_row != it->second || pixel - runs_.back().begin == kMaxRun) {
        runs_.push_back({pixel, pixel, it->second});
      }
      runs_.back().end = pixel + 1;
    }
  }
}

void ShotNoise::add_row_of_gains(const Tensor& weights, Taps rows, Taps columns) {
  const int64_t k = window_.kernel;
  const int64_t in_channels = dot_length_ / (k * k);
  const float* w = weights.values().data();
  for (int64_t c = 0; c < map_.channels; ++c) {
    double sum = 0;
    for (int64_t i = c * in_channels; i < (c + 1) * in_channels; ++i) {
      for (int64_t r = rows.begin; r < rows.end; ++r) {
        for (int64_t s = columns.begin; s < columns.end; ++s) {
          const double tap = static_cast<double>(w[(i * k + r) * k + s]);
          sum += tap * tap;
        }
      }
    }
    norms_.push_back(std::sqrt(sum));
  }
}

void ShotNoise::set_energies(std::span<const float> energies) {
  silence();
  const auto channels = static_cast<std::size_t>(map_.channels);
  const auto padded = static_cast<std::size_t>(map_.padded_channels());
  for (std::size_t row = 0; row * channels < norms_.size(); ++row) {
    for (std::size_t c = 0; c < channels; ++c) {
      const auto energy = static_cast<double>(energies[energies.size() == 1 ? 0 : c]);
      const double gain = norms_[row * channels + c] / std::sqrt(static_cast<double>(dot_length_) * energy);
      gains_.data()[row * padded + c] = static_cast<float>(gain);
    }
  }
}

void ShotNoise::silence() { std::fill_n(gains_.data(), gains_.size(), 0.0f); }

}  // namespace dpac
