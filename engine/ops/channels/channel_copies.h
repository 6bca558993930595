/// @file
/// What concatenation, slices, shuffles and shortcuts have in common: channels that are channels of inputs.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/ops/digital.h"

namespace dpac {

/// A channel of an input; `input` is below zero for zeros.
struct ChannelPlace {
  int64_t input = -1;
  int64_t channel = 0;

  [[nodiscard]] bool exists() const { return input >= 0; }
};

/// Every stride-th pixel of rows and columns of `from`, channel by channel: fills a block of `to` with
/// channels source(c) of the inputs, or zeros.
template <class Source>
void copy_channels(const DigitalRun& run, int64_t map, int64_t block, int stride, const Source& source);

/// Adds to a block of an input's gradient those of the output channels target(c).
template <class Target>
void copy_channels_backward(const DigitalBackward& run, int64_t map, int64_t block, int stride,
                            const Target& target);

/// One lane: dst[p] <- (or +=) src[p], both with lanes of a block between pixels; dst of the smaller map.
struct LaneCopy {
  int64_t height = 1, width = 1;  ///< Of the smaller map.
  int64_t wide = 1;               ///< Width of the larger.
  int stride = 1;                 ///< Of the larger.
  int step = 16;                  ///< Floats from pixel to pixel.
};
void take_lane(const LaneCopy& copy, const float* larger, float* smaller);
void spread_lane(const LaneCopy& copy, const float* smaller, float* larger);

template <class Source>
void copy_channels(const DigitalRun& run, int64_t map, int64_t block, int stride, const Source& source) {
  const RunMaps& out = run.maps.out;
  float* to = run.out + out.at(map, block);
  const auto place_of = [&](int lane) {
    const int64_t channel = block * out.block + lane;
    return channel < out.shape.channels ? source(channel) : ChannelPlace{};
  };
  const ChannelPlace first = place_of(0);
  bool whole = stride == 1 && first.exists() && first.channel % out.block == 0;
  for (int lane = 1; lane < out.block && whole; ++lane) {
    const ChannelPlace place = place_of(lane);
    whole = place.input == first.input && place.channel == first.channel + lane;
  }
  if (whole) {
    const RunMaps& in = run.maps.in[static_cast<std::size_t>(first.input)];
    const float* from = run.in[first.input] + in.at(map, first.channel / out.block);
    std::copy_n(from, out.block_size(), to);
    return;
  }
  for (int lane = 0; lane < out.block; ++lane) {
    const ChannelPlace place = place_of(lane);
    if (!place.exists()) {
      for (int64_t p = 0; p < out.shape.pixels(); ++p) to[p * out.block + lane] = 0.0f;
      continue;
    }
    const RunMaps& in = run.maps.in[static_cast<std::size_t>(place.input)];
    const float* from =
        run.in[place.input] + in.at(map, place.channel / out.block) + place.channel % out.block;
    take_lane({out.shape.height, out.shape.width, in.shape.width, stride, out.block}, from, to + lane);
  }
}

template <class Target>
void copy_channels_backward(const DigitalBackward& run, int64_t map, int64_t block, int stride,
                            const Target& target) {
  const RunMaps &in = run.maps.in[run.input], &out = run.maps.out;
  float* to = run.in_gradient + in.at(map, block);
  for (int lane = 0; lane < in.block; ++lane) {
    const int64_t channel = block * in.block + lane;
    if (channel >= in.shape.channels) return;
    const int64_t found = target(channel);
    if (found < 0) continue;
    const float* from = run.out_gradient + out.at(map, found / out.block) + found % out.block;
    spread_lane({out.shape.height, out.shape.width, in.shape.width, stride, out.block}, from, to + lane);
  }
}

}  // namespace dpac
