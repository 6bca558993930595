/// @file
/// Pillow's antialiased bilinear resize, bit for bit, and torchvision's rule for the size (docs/formats.md
/// section 3).
///
/// Each output pixel is a weighted mean of the source pixels under a triangle as wide as the scale (2 pixels
/// where the image grows). Weights have 22 fractional bits; the horizontal pass comes first and is rounded to
/// 8 bits before the vertical one. That is Pillow up to version 12, which published accuracies rest on:
/// version 13 takes the vertical pass first where that is cheaper, mostly for portraits, and so rounds some
/// pixels the other way.
#pragma once

#include "loaders/images/image.h"

namespace dpac {

/// The size at which the shorter side is `short_side` and the longer one keeps the aspect ratio, truncated.
/// @throws Error if that is more than kMaxImagePixels.
ImageSize short_side_size(ImageSize size, int short_side);

/// `window` of what Pillow's resize(size, BILINEAR) gives for a whole image; what lies outside is not
/// computed. The window lies inside `size`, `source` is not empty, `size` is positive. Cost: about window
/// pixels * channels * (2 scale + 1) per pass. Same bits on every machine. Thread-safe.
Image resize_bilinear(const Image& source, ImageSize size, const Window& window);

/// The whole of it.
Image resize_bilinear(const Image& source, ImageSize size);

}  // namespace dpac
