/// @file
/// Arrays that the library makes, for Python.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <vector>

#include "engine/tensor.h"

namespace dpac::python {

/// An array that Python will own.
struct PlainArray {
  Shape shape;
  std::vector<float> values;
};

using Owned = nanobind::ndarray<nanobind::numpy, float>;

/// Without a copy.
Owned to_numpy(PlainArray array);

}  // namespace dpac::python
