#include "engine/onednn/winograd.h"

#include <algorithm>
#include <cassert>

namespace dpac {
namespace {

constexpr int64_t kFewestPixels = 14 * 14;
constexpr int64_t kFewestChannels = 32;
constexpr int64_t kWidestBlock = 16;

int64_t sample_tiles(const WinogradMap& map) {
  return map.tiles_high() * map.tiles_wide();
}

WinogradMap tile(const MapShape& shape, int64_t samples) {
  WinogradMap map{{shape.channels, shape.pixels(), onednn::channel_block()}, shape.height, shape.width};
  map.tiles = onednn::row_length(samples * sample_tiles(map));
  return map;
}

void transform(int64_t filters, const float* weights, float* dst, int threads) {
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int t = 0; t < threads; ++t) {
    winograd_weights(filters, filters * t / threads, filters * (t + 1) / threads, weights, dst);
  }
}

AlignedFloats transform(const Tensor& weights) {
  assert(weights.rank() == 4 && weights.dim(2) == 3 && weights.dim(3) == 3);
  const int64_t filters = weights.dim(0) * weights.dim(1);
  AlignedFloats transformed(static_cast<std::size_t>(kWinogradPoints * filters));
  transform(filters, weights.values().data(), transformed.data(), 1);
  return transformed;
}

AlignedFloats pad(std::span<const float> bias, int64_t channels) {
  assert(bias.empty() || bias.size() == static_cast<std::size_t>(channels));
  AlignedFloats padded(static_cast<std::size_t>((channels + kWidestBlock - 1) / kWidestBlock * kWidestBlock));
  std::fill_n(std::copy(bias.begin(), bias.end(), padded.data()), padded.size() - bias.size(), 0.0f);
  return padded;
}

/// The 36 products of all tiles as one convolution of 36 groups over a row of pixels.
onednn::ConvolutionSpec products_of(const onednn::ConvolutionSpec& spec, int64_t tiles) {
  onednn::ConvolutionSpec products;
  products.name = spec.name;
  products.in = {kWinogradPoints * spec.in.channels, 1, tiles};
  products.out = {kWinogradPoints * spec.out.channels, 1, tiles};
  products.groups = kWinogradPoints;
  return products;
}

}  // namespace

WinogradWeights::WinogradWeights(const Tensor& weights, std::span<const float> bias)
    : filters_(weights.dim(0) * weights.dim(1)),
      transformed_(transform(weights)),
      bias_(pad(bias, weights.dim(0))),
      products_(std::span<const float>(transformed_.data(), transformed_.size()), {}) {}

void WinogradWeights::repack(const float* weights, int threads) {
  transform(filters_, weights, transformed_.data(), threads);
  products_.repack(transformed_.data());
}

bool suits_winograd(const MapShape& in, const MapShape& out, const Geometry& g) {
  const bool same_size = g.pad_top == 1 && g.pad_left == 1 && g.pad_bottom == 1 && g.pad_right == 1;
  const int block = onednn::channel_block();
  const bool whole_blocks = in.channels % block == 0 && out.channels % block == 0;
  return g.kernel == 3 && g.stride == 1 && g.dilation == 1 && same_size && whole_blocks &&
         in.channels >= kFewestChannels && out.channels >= kFewestChannels && out.pixels() >= kFewestPixels;
}

Winograd::Winograd(const onednn::ConvolutionSpec& spec, const WinogradWeights& weights, int threads)
    : spec_(spec),
      in_(tile(spec.in, spec.batch)),
      out_(tile(spec.out, spec.batch)),
      bias_(weights.bias()),
      threads_(threads),
      products_(onednn::make_convolution(products_of(spec, in_.tiles), weights.products(), threads)) {}

std::size_t Winograd::values_size() const {
  return static_cast<std::size_t>(kWinogradPoints * in_.tiles * in_.map.padded_channels());
}

std::size_t Winograd::products_size() const {
  return static_cast<std::size_t>(kWinogradPoints * out_.tiles * out_.map.padded_channels());
}

std::size_t Winograd::scratchpad_size() const {
  return values_size() + products_size() + products_.scratchpad_size();
}

void Winograd::transform_input(const float* src, float* values) const {
#pragma omp parallel for collapse(2) num_threads(threads_) if (threads_ > 1) schedule(static)
  for (int64_t s = 0; s < spec_.batch; ++s) {
    for (int64_t b = 0; b < in_.map.blocks(); ++b) {
      WinogradMap map = in_;
      map.first_tile = s * sample_tiles(in_);
      winograd_input(map, b, b + 1, src + s * in_.map.size(), values);
    }
  }
}

void Winograd::transform_output(const float* products, float* dst) const {
#pragma omp parallel for collapse(2) num_threads(threads_) if (threads_ > 1) schedule(static)
  for (int64_t s = 0; s < spec_.batch; ++s) {
    for (int64_t b = 0; b < out_.map.blocks(); ++b) {
      WinogradMap map = out_;
      map.first_tile = s * sample_tiles(out_);
      float* to = dst + s * out_.map.size();
      const WinogradFinish finish{bias_, spec_.post_ops.add_to_dst ? to : nullptr, spec_.post_ops.relu};
      winograd_output(map, b, b + 1, finish, products, to);
    }
  }
}

Winograd::Call::Call(const Winograd& winograd, const float* src, float* dst, float* scratchpad)
    : winograd_(winograd),
      src_(src),
      dst_(dst),
      values_(scratchpad),
      products_(values_ + winograd.values_size()),
      call_(winograd.products_.bind(values_, products_, products_ + winograd.products_size())) {}

void Winograd::Call::run(const onednn::Stream& stream) const {
  winograd_.transform_input(src_, values_);
  call_.run(stream);
  winograd_.transform_output(products_, dst_);
}

}  // namespace dpac
