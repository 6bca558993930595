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

/// Root mean square of the deviations of a channel's weights, of all noises of weights together.
float weight_sigma(const LayerGains& gains, int64_t channel) {
  const auto of = [&](const WeightGains& own) {
    const AlignedFloats& deviations = own.means.size() == 0 ? own.gains : own.means;
    return deviations.size() == 0 ? 0.0f : deviations.data()[channel];
  };
  const float repeats = sigma_factor(gains.repeats.empty() ? nullptr : gains.repeats.data(), channel);
  return std::hypot(of(gains.weights), of(gains.chip)) * repeats;
}

/// Adds the variances that noisy weights make to dst.
void add_weight_noise(const AnalogView& view, std::span<float> dst) {
  const BlockedMap& map = view.epilogue.map;
  const bool grouped = view.groups != 1;
  const std::vector<float> norms = grouped ? norms_in_groups(view) : norms_of(view);
  const auto pixels = static_cast<std::size_t>(map.pixels);
  for (int64_t c = 0; c < map.channels; ++c) {
    const float sigma = weight_sigma(*view.layer_gains, c);
    const std::size_t first = static_cast<std::size_t>(c) * pixels;
    for (std::size_t p = 0; p < pixels; ++p) {
      float& own = dst[first + p];
      own = std::hypot(own, sigma * norms[grouped ? first + p : p]);
    }
  }
}

void sigma_of_outputs(const AnalogView& view, std::span<float> dst) {
  const AnalogEpilogue& e = view.epilogue;
  if (e.gains == nullptr) {
    std::fill(dst.begin(), dst.end(), 0.0f);
    return;
  }
  for (const PixelRun& run : e.runs) {
    const int64_t row = run.gain_row * e.map.padded_channels();
    for (int64_t c = 0; c < e.map.channels; ++c) {
      const float floor = e.floors == nullptr ? 0.0f : e.floors[row + c];
      const float repeats = sigma_factor(e.repeats, c);
      for (int64_t p = run.begin; p < run.end; ++p) {
        const float scaled = e.gains[row + c] * scale_at(e, c, p);
        dst[static_cast<std::size_t>(c * e.map.pixels + p)] = std::hypot(scaled, floor) * repeats;
      }
    }
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
  assert(dst.size() == static_cast<std::size_t>(view.epilogue.map.channels * view.epilogue.map.pixels));
  sigma_of_outputs(view, dst);
  if (view.layer_gains != nullptr) add_weight_noise(view, dst);
}

void noisy_of(const AnalogView& view, std::span<float> dst) {
  const float* product = view.noisy_product != nullptr ? view.noisy_product : view.pre_activation;
  AnalogEpilogue bare = view.epilogue;
  bare.activation = Activation::none;
  bare.residual = nullptr;
  bare.quantizer = {};
  AlignedFloats copy(static_cast<std::size_t>(bare.map.size()));
  run_analog_epilogue(bare, view.key, product, copy.data(), nullptr);
  to_plain(bare.map, copy.data(), dst);
}

}  // namespace dpac
