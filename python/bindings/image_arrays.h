/// @file
/// Images of NumPy as a data set.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "python/bindings/samples.h"
#include "study/data/image_arrays.h"

namespace dpac::python {

/// Preprocessed, or in pixels.
using AnyImages = std::variant<Images, Pixels>;

/// Images and labels [N], or no labels. Images are not copied: they must outlive the result.
std::shared_ptr<const ImageArrays> image_arrays(const AnyImages& images, std::vector<int> labels);

}  // namespace dpac::python
