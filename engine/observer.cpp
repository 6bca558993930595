#include "engine/observer.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "engine/tensor.h"
#include "kernels/group_patch_norm.h"
#include "kernels/patch_norm.h"

namespace dpac {
namespace {

/// ||x|| of every patch of the operation's input within the groups, plain [C, pixels].
std::vector<float> norms_in_groups(const AnalogView& view) {
  const BlockedMap& out = view.epilogue.map;
  const GroupWindow groups{view.window, view.input_map, out, view.groups};
  std::vector<float> scratch(static_cast<std::size_t>(groups.scratch_size()));
  std::vector<float> norms(static_cast<std::size_t>(out.size()));
  group_patch_norms(groups, 0, groups.parts(), view.input, scratch.data(), norms.data());
  std::vector<float> plain(static_cast<std::size_t>(out.channels * out.pixels));
  to_plain(out, norms.data(), plain);
  return plain;
}

/// ||x|| of every patch of the operation's input, [pixels].
std::vector<float> norms_of(const AnalogView& view) {
  const PatchWindow& w = view.window;
  std::vector<float> sums(static_cast<std::size_t>(view.input_map.pixels));
  if (view.plain_input) {
    sum_squares_plain(view.input_map.channels, view.input_map.pixels, view.input, sums.data());
  } else {
    sum_squares(view.input_map, view.input, sums.data());
  }
  std::vector<float> scratch(static_cast<std::size_t>(w.height * w.out_width));
  std::vector<float> norms(static_cast<std::size_t>(view.epilogue.map.pixels));
  patch_norms(w, sums.data(), scratch.data(), norms.data());
  return norms;
}

float scale_at(const AnalogEpilogue& e, int64_t channel, int64_t pixel) {
  if (e.element_scales != nullptr) {
    return e
        .element_scales[(channel / e.map.block * e.map.pixels + pixel) * e.map.block + channel % e.map.block];
  }
  return e.scales == nullptr ? 1.0f : e.scales[pixel];
}

/// Averaging K draws divides the standard deviation by sqrt(K); gains are those of one draw over K.
float sigma_factor(const int32_t* repeats, int64_t channel) {
  return repeats == nullptr ? 1.0f : std::sqrt(static_cast<float>(repeats[channel]));
}

void sigma_of_weight_noise(const AnalogView& view, std::span<float> dst) {
  const BlockedMap& map = view.epilogue.map;
  const LayerGains& gains = *view.weight_gains;
  const bool grouped = view.groups != 1;
  const std::vector<float> norms = grouped ? norms_in_groups(view) : norms_of(view);
  const auto pixels = static_cast<std::size_t>(map.pixels);
  for (int64_t c = 0; c < map.channels; ++c) {
    const float sigma =
        gains.gains.data()[c] * sigma_factor(gains.repeats.empty() ? nullptr : gains.repeats.data(), c);
    const std::size_t first = static_cast<std::size_t>(c) * pixels;
    for (std::size_t p = 0; p < pixels; ++p) dst[first + p] = sigma * norms[grouped ? first + p : p];
  }
}

}  // namespace

void to_plain(const BlockedMap& map, const float* src, std::span<float> dst) {
  assert(dst.size() == static_cast<std::size_t>(map.channels * map.pixels));
  for (int64_t c = 0; c < map.channels; ++c) {
    const float* plane = src + (c / map.block) * map.pixels * map.block + c % map.block;
    float* to = dst.data() + c * map.pixels;
    for (int64_t p = 0; p < map.pixels; ++p) to[p] = plane[p * map.block];
  }
}

void sigma_of(const AnalogView& view, std::span<float> dst) {
  if (view.weight_gains != nullptr) return sigma_of_weight_noise(view, dst);
  const AnalogEpilogue& e = view.epilogue;
  assert(dst.size() == static_cast<std::size_t>(e.map.channels * e.map.pixels));
  if (e.gains == nullptr) {
    std::fill(dst.begin(), dst.end(), 0.0f);
    return;
  }
  for (const PixelRun& run : e.runs) {
    const float* gains = e.gains + run.gain_row * e.map.padded_channels();
    for (int64_t c = 0; c < e.map.channels; ++c) {
      const float gain = gains[c] * sigma_factor(e.repeats, c);
      for (int64_t p = run.begin; p < run.end; ++p) {
        dst[static_cast<std::size_t>(c * e.map.pixels + p)] = gain * scale_at(e, c, p);
      }
    }
  }
}

void noisy_of(const AnalogView& view, std::span<float> dst) {
  if (view.noisy_product != nullptr) return to_plain(view.epilogue.map, view.noisy_product, dst);
  AnalogEpilogue bare = view.epilogue;
  bare.activation = Activation::none;
  bare.residual = nullptr;
  bare.quantizer = {};
  AlignedFloats copy(static_cast<std::size_t>(bare.map.size()));
  run_analog_epilogue(bare, view.key, view.pre_activation, copy.data(), nullptr);
  to_plain(bare.map, copy.data(), dst);
}

}  // namespace dpac
