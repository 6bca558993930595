/// @file
/// Elements of a constant tensor in another order, repeated or left out. For the loaders' own use.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "loaders/onnx/onnx_model.h"

namespace dpac {

/// Where the elements of a tensor of some shape lie in the values of another: at `first` plus the index along
/// each axis times its stride.
struct OnnxView {
  int64_t first = 0;
  std::vector<int64_t> strides;
};

/// The elements of a shape in their own order, the last axis fastest.
OnnxView view_of(const Shape& shape);

/// Those of `shape`, repeated along the axes that it lacks or has one element of, as NumPy broadcasts.
/// @throws Error if it cannot be `target`.
OnnxView broadcast_view(const Shape& shape, const Shape& target);

/// What two shapes are broadcast to. @throws Error if they do not fit each other.
Shape broadcast_shape(const Shape& a, const Shape& b);

/// How many elements a constant of that shape has. @throws Error if it is no shape, or has so many that no
/// network can mean it: call it before anything of that shape is made.
std::size_t constant_size(const Shape& shape);

/// Calls visit(place in the first view, place in the second, ...) for all elements of a shape in their order.
template <std::size_t kViews, class Visit>
void for_elements(const Shape& shape, const std::array<OnnxView, kViews>& views, const Visit& visit) {
  std::array<int64_t, kViews> places = {};
  for (std::size_t v = 0; v < kViews; ++v) places[v] = views[v].first;
  std::vector<int64_t> index(shape.size(), 0);
  const auto move = [&](std::size_t axis, int64_t steps) {
    for (std::size_t v = 0; v < kViews; ++v) places[v] += steps * views[v].strides[axis];
  };
  for (int64_t left = element_count(shape); left > 0; --left) {
    std::apply([&](auto... place) { visit(static_cast<std::size_t>(place)...); }, places);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      move(axis, 1);
      if (++index[axis] < shape[axis]) break;
      move(axis, -shape[axis]);
      index[axis] = 0;
    }
  }
}

/// A tensor of the elements at a view.
OnnxTensor taken(const OnnxTensor& from, const Shape& shape, const OnnxView& view);

}  // namespace dpac
