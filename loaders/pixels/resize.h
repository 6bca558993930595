/// @file
/// Pillow's antialiased resize, bit for bit, and torchvision's rule for the size (docs/formats.md section 4).
///
/// Each output pixel is a weighted mean of the source pixels under the filter (interpolation.h), which is
/// widened by the scale where the image shrinks. Weights have 22 fractional bits; the horizontal pass comes
/// first and is rounded to 8 bits before the vertical one. That is Pillow up to version 12, which published
/// accuracies rest on: version 13 takes the vertical pass first where that is cheaper, mostly for portraits,
/// and so rounds some pixels the other way.
#pragma once

#include "loaders/pixels/image.h"
#include "loaders/pixels/interpolation.h"

namespace dpac {

/// The size at which the shorter side is `short_side` and the longer one keeps the aspect ratio, truncated.
/// @throws Error if that is more than kMaxImagePixels.
ImageSize short_side_size(ImageSize size, int short_side);

/// `window` of what Pillow's resize(size, BILINEAR or BICUBIC) gives for a whole image; what lies outside is
/// not computed. The window lies inside `size`, `source` is not empty, `size` is positive. Cost: about window
/// pixels * channels * (2 scale + 1) per pass, twice that for bicubic. Same bits on every machine.
/// Thread-safe.
Image resize_image(const Image& source, ImageSize size, Interpolation interpolation, const Window& window);

/// The whole of it.
Image resize_image(const Image& source, ImageSize size, Interpolation interpolation);

}  // namespace dpac
