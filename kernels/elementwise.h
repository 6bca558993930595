/// @file
/// Arithmetic on the elements of maps in channel blocks (kernels/layout.h): what a network computes between
/// its analog operations. Counts are multiples of 8, as a map's are; arrays may be the same but must not
/// overlap otherwise. Same bits on every instruction set.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/activation.h"

namespace dpac {

/// dst <- a + b.
void add_values(int64_t count, const float* a, const float* b, float* dst);

/// dst <- a b.
void multiply_values(int64_t count, const float* a, const float* b, float* dst);

/// dst <- a / b.
void divide_values(int64_t count, const float* a, const float* b, float* dst);

/// dst <- dst + a b.
void add_products(int64_t count, const float* a, const float* b, float* dst);

/// dst[p, i] <- src[p, i] scale[i] + shift[i] over the pixels p of one channel block; without `shift` (null),
/// the product alone.
void scale_lanes(int64_t pixels, int block, const float* src, const float* scale, const float* shift,
                 float* dst);

/// dst[p, i] <- dst[p, i] + src[p, i] scale[i]; `src` of one pixel (`one_pixel`) stands for all pixels.
void add_scaled_lanes(int64_t pixels, int block, const float* src, bool one_pixel, const float* scale,
                      float* dst);

/// sums[i] <- sums[i] + sum over p of a[p, i] b[p, i], pixels in order.
void add_lane_products(int64_t pixels, int block, const float* a, const float* b, float* sums);

/// An activation, or where `function` is none: y = clip(r(scale x + shift), low, high), where r multiplies
/// what is below zero by `slope_below`.
struct PointwiseActivation {
  Activation function = Activation::none;
  float scale = 1, shift = 0;
  float slope_below = 1;
  float low = -std::numeric_limits<float>::infinity(), high = std::numeric_limits<float>::infinity();
};

/// dst <- the activation of src; `slopes` (or null) <- its derivative there.
void activate_values(const PointwiseActivation& activation, int64_t count, const float* src, float* dst,
                     float* slopes);

}  // namespace dpac
