#include "loaders/onnx/onnx_views.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/checked_size.h"

namespace dpac {

OnnxView view_of(const Shape& shape) {
  OnnxView view{0, std::vector<int64_t>(shape.size())};
  int64_t stride = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    view.strides[axis] = stride;
    stride *= shape[axis];
  }
  return view;
}

OnnxView broadcast_view(const Shape& shape, const Shape& target) {
  const OnnxView own = view_of(shape);
  OnnxView view{0, std::vector<int64_t>(target.size(), 0)};
  bool fits = shape.size() <= target.size();
  for (std::size_t axis = 0; fits && axis < shape.size(); ++axis) {
    const std::size_t to = axis + target.size() - shape.size();
    fits = shape[axis] == 1 || shape[axis] == target[to];
    if (shape[axis] != 1) view.strides[to] = own.strides[axis];
  }
  if (fits) return view;
  throw Error(fmt::format("cannot repeat {} to {}", to_string(shape), to_string(target)));
}

Shape broadcast_shape(const Shape& a, const Shape& b) {
  const Shape &longer = a.size() < b.size() ? b : a, &shorter = a.size() < b.size() ? a : b;
  Shape joined = longer;
  for (std::size_t axis = 0; axis < shorter.size(); ++axis) {
    int64_t& size = joined[axis + longer.size() - shorter.size()];
    if (size == 1) size = shorter[axis];
    if (shorter[axis] == 1 || shorter[axis] == size) continue;
    throw Error(fmt::format("computes with constants of shapes {} and {}", to_string(a), to_string(b)));
  }
  return joined;
}

std::size_t constant_size(const Shape& shape) {
  constexpr int64_t kMost = int64_t{1} << 27;
  const auto count = checked_bytes(shape, 1);
  if (count && *count <= kMost) return static_cast<std::size_t>(*count);
  throw Error(
      fmt::format("makes a constant of shape {}, expected at most {} values", to_string(shape), kMost));
}

OnnxTensor taken(const OnnxTensor& from, const Shape& shape, const OnnxView& view) {
  const std::size_t count = constant_size(shape);
  return std::visit(
      [&]<class T>(const std::vector<T>& values) {
        std::vector<T> result;
        result.reserve(count);
        for_elements<1>(shape, {view}, [&](std::size_t place) { result.push_back(values[place]); });
        return OnnxTensor{shape, std::move(result)};
      },
      from.values);
}

}  // namespace dpac
