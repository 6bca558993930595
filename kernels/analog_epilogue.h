/// @file
/// Noise, activation and residual sum in one pass over the pre-activations of an analog operation.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/activation.h"
#include "kernels/bfloat16.h"
#include "kernels/layout.h"
#include "kernels/noise_key.h"
#include "kernels/quantizer.h"

namespace dpac {

/// Neighbouring output pixels [begin, end) whose windows keep the same taps inside the image, so that one row
/// of gains holds for all of them.
struct PixelRun {
  int64_t begin = 0, end = 0;
  int64_t gain_row = 0;
};

/// Which noise elements a map's pixels are, where it is a part of a larger map or holds several samples side
/// by side: its pixel p is pixel p + offset of `count` ones (kernels/noise_key.h).
struct ElementPixels {
  int64_t offset = 0;
  int64_t count = 0;  ///< 0: the map is a sample's own, and its pixels are numbered as they are.
};

/// Where a map's pixel is among those that elements are numbered by.
constexpr int64_t element_pixel(int64_t pixel, const ElementPixels& elements) {
  return elements.count == 0 ? pixel : pixel + elements.offset;
}

/// The block of channel c of a map's pixel.
constexpr uint32_t element_block(int64_t channel, int64_t pixel, const BlockedMap& map,
                                 const ElementPixels& elements) {
  const int64_t count = elements.count == 0 ? map.pixels : elements.count;
  return element_block(element_number(channel, element_pixel(pixel, elements), count));
}

/// dst <- finish(src + sigma * xi), sigma = gain[c] * scale[p], where finish is ReLU or ReLU6, quantiser,
/// residual sum, ReLU, quantiser, or quantiser, smooth activation, quantiser; each only where asked for
/// (docs/model.md section 1). For shot noise gain is ||W_c|| / sqrt(D E_c) and scale the norm of the input
/// patch. With a floor beside it, sigma = sqrt((gain[c] * scale[p])^2 + floor[c]^2). With repeats, xi is the
/// sum of repeats[c] draws, and gains and floors are those of their mean.
struct AnalogEpilogue {
  BlockedMap map;
  std::span<const PixelRun> runs;  ///< A partition of the pixels to do, which may be a part of the map.
  const float* gains =
      nullptr;  ///< [rows][padded channels]; zero beyond the last channel. Null for no noise.
  const float* floors = nullptr;          ///< [rows][padded channels], beside gains; null for zeros.
  const int32_t* repeats = nullptr;       ///< [padded channels]; null for one draw.
  const float* scales = nullptr;          ///< [pixels]; null stands for ones.
  const float* element_scales = nullptr;  ///< Instead of `scales`, in the layout of dst: norms within groups.
  ElementPixels elements = {};
  Activation activation = Activation::none;
  Quantizer quantizer =
      {};  ///< Of the noisy value: after ReLU, before a smooth activation. Identity for none.
  const void* residual =
      nullptr;  ///< As dst in type and layout; null for none, and with a smooth activation.
  bool relu_after_residual = false;
  Quantizer result_quantizer = {};  ///< Of the residual sum or smooth activation; identity for none.
  /// Where a backward follows (kernels/analog_backward.h): a bit per element of the map, set where a gradient
  /// passes: neither cut off by ReLU nor clamped by the quantiser. Element e is bit e mod 8 of byte e / 8.
  /// Null for none.
  uint8_t* passes = nullptr;
  uint8_t* sum_passes = nullptr;  ///< The same of the residual sum.
  /// Instead of `passes`, for a smooth activation: its derivative, zero where a quantiser clamps; in the
  /// layout of dst.
  float* slopes = nullptr;
};

/// Runs the epilogue on one sample; src and dst may be the same. `sum_squares` ([pixels], or null) receives
/// sum_c y[c, p]^2 of what is stored: the next operation's patch norms are made of it. Channels beyond the
/// last stay zero. Same bits on every instruction set and for every split of the pixels. Allocates nothing.
void run_analog_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const float* src, float* dst,
                         float* sum_squares);

/// The same between values in bfloat16, computed in float32 and rounded once. Not recorded for a backward.
void run_analog_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const Bfloat16* src,
                         Bfloat16* dst, float* sum_squares);

/// Zeros the lanes beyond the last channel of one sample, which a quantiser may have moved.
void clear_padding(const BlockedMap& map, float* values);

}  // namespace dpac
