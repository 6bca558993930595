/// @file
/// What the standard deviation of a layer's noise is made of, besides its energies and its input.
#pragma once

#include <compare>
#include <span>
#include <vector>

#include "engine/tensor.h"
#include "kernels/layout.h"
#include "kernels/value_range.h"

namespace dpac {

/// Taps [begin, end) of a kernel that lie inside the image, along one axis.
struct Taps {
  int begin = 0, end = 0;
  auto operator<=>(const Taps&) const = default;
};

/// The part of a kernel that lies inside the image.
struct KernelPart {
  Taps rows, columns;
  auto operator<=>(const KernelPart&) const = default;
};

/// Of a layer's values, where a noise follows them.
struct CalibratedRanges {
  ValueRange input = {};   ///< Of the first operand.
  ValueRange second = {};  ///< Of attention's second one.
  ValueRange output = {};  ///< Before the activation.
};

/// Of a product with stored weights, or of one of attention.
struct LayerFacts {
  const Tensor* weights = nullptr;                 ///< [out, in, ...]; null for a product of attention.
  std::span<const ValueRange> weight_ranges = {};  ///< Of each output channel.
  PatchWindow window = {};                         ///< Over the input.
  std::span<const KernelPart> parts =
      {};  ///< Those that positions see; a convolution's border sees fewer taps.
  CalibratedRanges ranges = {};
};

}  // namespace dpac
