#include "engine/observer.h"

#include <algorithm>

#include "engine/tensor.h"

namespace dpac {

void to_plain(const BlockedMap& map, const float* src, std::span<float> dst) {
  for (int64_t c = 0; c < map.channels; ++c) {
    const float* plane = src + (c / map.block) * map.pixels * map.block + c % map.block;
    float* to = dst.data() + c * map.pixels;
    for (int64_t p = 0; p < map.pixels; ++p) to[p] = plane[p * map.block];
  }
}

void sigma_of(const AnalogView& view, std::span<float> dst) {
  const AnalogEpilogue& e = view.epilogue;
  for (const PixelRun& run : e.runs) {
    const float* gains = e.gains + run.gain_row * e.map.padded_channels();
    for (int64_t c = 0; c < e.map.channels; ++c) {
      for (int64_t p = run.begin; p < run.end; ++p) {
        dst[static_cast<std::size_t>(c * e.map.pixels + p)] = gains[c] * (e.scales == nullptr ? 1.0f : e.scales[p]);
      }
    }
  }
}

void noisy_of(const AnalogView& view, std::span<float> dst) {
  AnalogEpilogue bare = view.epilogue;
  bare.relu = false;
  bare.residual = nullptr;
  AlignedFloats copy(static_cast<std::size_t>(bare.map.size()));
  std::copy_n(view.pre_activation, copy.size(), copy.data());
  run_analog_epilogue(bare, view.key, copy.data(), nullptr);
  to_plain(bare.map, copy.data(), dst);
}

}  // namespace dpac
