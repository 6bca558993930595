#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/onnx/onnx_constants.h"
#include "loaders/onnx/onnx_views.h"

namespace dpac {
namespace {

using Integers = std::vector<int64_t>;

std::size_t rank_of(const OnnxTensor& tensor) {
  return tensor.shape.size();
}

/// The node's own, whatever form it has.
OnnxTensor constant(const OnnxArguments& a) {
  if (a.node.attributes.size() != 1) throw Error("has no value");
  const OnnxAttribute& value = a.node.attributes.begin()->second;
  if (const auto* own = std::get_if<OnnxTensor>(&value)) return *own;
  if (const auto* own = std::get_if<int64_t>(&value)) return {{}, Integers{*own}};
  if (const auto* own = std::get_if<float>(&value)) return {{}, std::vector<float>{*own}};
  if (const auto* own = std::get_if<Integers>(&value)) return {{static_cast<int64_t>(own->size())}, *own};
  if (const auto* own = std::get_if<std::vector<float>>(&value))
    return {{static_cast<int64_t>(own->size())}, *own};
  throw Error("has a text as its value, expected numbers");
}

OnnxTensor shape(const OnnxArguments& a) {
  return shape_asked_for(a.node, a.at(0).shape);
}

OnnxTensor size(const OnnxArguments& a) {
  return {{}, Integers{element_count(a.at(0).shape)}};
}

/// Of one value, everywhere.
OnnxTensor constant_of_shape(const OnnxArguments& a) {
  const Shape& shape = a.integers(0);
  const std::size_t count = constant_size(shape);
  const auto found = a.node.attributes.find("value");
  if (found == a.node.attributes.end()) return {shape, std::vector<float>(count, 0.0f)};
  const auto* value = std::get_if<OnnxTensor>(&found->second);
  if (value == nullptr || element_count(value->shape) != 1) throw Error("has no single number as its value");
  return std::visit(
      [&]<class T>(const std::vector<T>& values) -> OnnxTensor {
        return {shape, std::vector<T>(count, values[0])};
      },
      value->values);
}

OnnxTensor range(const OnnxArguments& a) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (element_count(a.at(i).shape) != 1) throw Error("counts between what is no single number");
  }
  const auto count_of = [](double first, double end, double step) {
    constexpr double kExact = 0x1p53;
    const bool exact = std::abs(first) < kExact && std::abs(end) < kExact && std::abs(step) < kExact;
    if (step == 0 || !exact)
      throw Error(fmt::format("counts from {} to {} in steps of {}", first, end, step));
    return static_cast<int64_t>(std::clamp(std::ceil((end - first) / step), 0.0, kExact));
  };
  const auto counted = [&]<class T>(const std::vector<T>& first, const std::vector<T>& end,
                                    const std::vector<T>& step) -> OnnxTensor {
    const int64_t count =
        count_of(static_cast<double>(first[0]), static_cast<double>(end[0]), static_cast<double>(step[0]));
    std::vector<T> values(constant_size({count}));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = first[0] + static_cast<T>(i) * step[0];
    return {{count}, std::move(values)};
  };
  if (!a.at(0).is_float()) return counted(a.integers(0), a.integers(1), a.integers(2));
  if (!a.at(1).is_float() || !a.at(2).is_float())
    throw Error("computes with integers and floating-point numbers at once");
  return counted(a.at(0).floats(), a.at(1).floats(), a.at(2).floats());
}

/// Another shape of the same values.
OnnxTensor named(const OnnxTensor& from, Shape shape) {
  if (constant_size(shape) != static_cast<std::size_t>(element_count(from.shape))) {
    throw Error(fmt::format("reshapes a constant of {} to {}, another number of elements",
                            to_string(from.shape), to_string(shape)));
  }
  return {std::move(shape), from.values};
}

OnnxTensor reshape(const OnnxArguments& a) {
  const OnnxTensor& x = a.at(0);
  Shape target = a.integers(1, "shape").value_or(Integers{});
  const bool copies = a.node.integer("allowzero", 0) == 0;
  for (std::size_t axis = 0; axis < target.size(); ++axis) {
    if (target[axis] == 0 && copies && axis < rank_of(x)) target[axis] = x.shape[axis];
  }
  fill_open_axis(target, element_count(x.shape));
  if (std::any_of(target.begin(), target.end(), [](int64_t d) { return d < 0; }))
    throw Error(fmt::format("reshapes a constant of {} to {}", to_string(x.shape), to_string(target)));
  return named(x, std::move(target));
}

OnnxTensor flatten(const OnnxArguments& a) {
  const OnnxTensor& x = a.at(0);
  const int64_t axis = a.node.integer("axis", 1);
  const auto rank = static_cast<int64_t>(rank_of(x));
  const int64_t from = axis < 0 ? axis + rank : axis;
  if (from < 0 || from > rank) throw Error(fmt::format("names the axis {} of {}", axis, rank));
  const Shape before(x.shape.begin(), x.shape.begin() + from), after(x.shape.begin() + from, x.shape.end());
  return named(x, {element_count(before), element_count(after)});
}

OnnxTensor squeeze(const OnnxArguments& a) {
  const OnnxTensor& x = a.at(0);
  const auto axes = a.integers(1, "axes");
  const auto gone = axes_from_start(axes.value_or(Integers{}), rank_of(x));
  Shape left;
  for (std::size_t axis = 0; axis < rank_of(x); ++axis) {
    const bool goes = axes ? std::find(gone.begin(), gone.end(), axis) != gone.end() : x.shape[axis] == 1;
    if (!goes) left.push_back(x.shape[axis]);
  }
  return named(x, std::move(left));
}

OnnxTensor unsqueeze(const OnnxArguments& a) {
  const OnnxTensor& x = a.at(0);
  const Integers axes = a.integers(1, "axes").value_or(Integers{});
  Shape wider = x.shape;
  for (const std::size_t axis : axes_from_start(axes, rank_of(x) + axes.size())) {
    wider.insert(wider.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  }
  return named(x, std::move(wider));
}

OnnxTensor transpose(const OnnxArguments& a) {
  const OnnxTensor& x = a.at(0);
  Integers order(rank_of(x));
  std::iota(order.rbegin(), order.rend(), 0);
  order = a.node.integers("perm", order);
  if (order.size() != rank_of(x) || axes_from_start(order, rank_of(x)).size() != rank_of(x))
    throw Error("transposes another number of axes than there are");
  const OnnxView own = view_of(x.shape);
  Shape shape;
  OnnxView turned;
  for (const int64_t from : order) {
    const std::size_t axis = axis_from_start(from, rank_of(x));
    shape.push_back(x.shape[axis]);
    turned.strides.push_back(own.strides[axis]);
  }
  return taken(x, shape, turned);
}

OnnxTensor expand(const OnnxArguments& a) {
  const Shape shape = broadcast_shape(a.at(0).shape, a.integers(1));
  (void)constant_size(shape);
  return taken(a.at(0), shape, broadcast_view(a.at(0).shape, shape));
}

/// All of it so many times along each axis: behind one another, not each element by itself.
OnnxTensor tile(const OnnxArguments& a) {
  const OnnxTensor& x = a.at(0);
  const Integers& repeats = a.integers(1);
  if (repeats.size() != rank_of(x)) throw Error("repeats another number of axes than there are");
  const OnnxView own = view_of(x.shape);
  Shape pairs, shape;
  OnnxView view;
  for (std::size_t axis = 0; axis < rank_of(x); ++axis) {
    (void)constant_size({repeats[axis], x.shape[axis]});
    shape.push_back(repeats[axis] * x.shape[axis]);
    pairs.insert(pairs.end(), {repeats[axis], x.shape[axis]});
    view.strides.insert(view.strides.end(), {0, own.strides[axis]});
  }
  return named(taken(x, pairs, view), std::move(shape));
}

/// Where a slice along an axis begins, and how many elements it takes, as Python has it.
struct Part {
  int64_t first, count;
};

Part part_of(int64_t size, int64_t start, int64_t end, int64_t step) {
  if (step == 0) throw Error("takes a slice in steps of zero");
  const int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
  const auto bounded = [&](int64_t at) { return std::clamp(at < 0 ? at + size : at, low, high); };
  const int64_t first = bounded(start), last = bounded(end);
  const int64_t length = step > 0 ? last - first : first - last;
  if (length <= 0) return {0, 0};
  // A step beyond the slice takes one element, as a step as long as it does.
  const int64_t stride = std::min(length, step > 0 ? step : -std::max(step, -length));
  return {first, (length + stride - 1) / stride};
}

OnnxTensor slice(const OnnxArguments& a) {
  const OnnxTensor& x = a.at(0);
  const Integers starts = a.integers(1, "starts").value_or(Integers{}),
                 ends = a.integers(2, "ends").value_or(Integers{});
  Integers all(starts.size());
  std::iota(all.begin(), all.end(), 0);
  const Integers axes = a.integers(3, "axes").value_or(all),
                 steps = a.has(4) ? a.integers(4) : Integers(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    throw Error("has other numbers of starts, ends, axes and steps");
  (void)axes_from_start(axes, rank_of(x));  // Refuses one that is named twice.
  OnnxView view = view_of(x.shape);
  Shape shape = x.shape;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = axis_from_start(axes[i], rank_of(x));
    const Part part = part_of(x.shape[axis], starts[i], ends[i], steps[i]);
    view.first += part.first * view.strides[axis];
    view.strides[axis] *= part.count > 1 ? steps[i] : 1;
    shape[axis] = part.count;
  }
  return taken(x, shape, view);
}

OnnxTensor gather(const OnnxArguments& a) {
  const OnnxTensor &x = a.at(0), &places = a.at(1);
  const std::size_t axis = axis_from_start(a.node.integer("axis", 0), rank_of(x));
  const auto at = x.shape.begin() + static_cast<std::ptrdiff_t>(axis);
  Shape shape(x.shape.begin(), at), after(at + 1, x.shape.end());
  const int64_t outer = element_count(shape), inner = element_count(after);
  shape.insert(shape.end(), places.shape.begin(), places.shape.end());
  shape.insert(shape.end(), after.begin(), after.end());
  std::vector<int64_t> rows;
  for (const int64_t place : a.integers(1)) {
    if (place < -x.shape[axis] || place >= x.shape[axis])
      throw Error(fmt::format("picks element {} of {}", place, x.shape[axis]));
    rows.push_back(place < 0 ? place + x.shape[axis] : place);
  }
  const std::size_t count = constant_size(shape);
  return std::visit(
      [&]<class T>(const std::vector<T>& values) -> OnnxTensor {
        std::vector<T> picked;
        picked.reserve(count);
        for (int64_t o = 0; o < outer; ++o) {
          for (const int64_t row : rows) {
            const auto from = values.begin() + (o * x.shape[axis] + row) * inner;
            picked.insert(picked.end(), from, from + inner);
          }
        }
        return {shape, std::move(picked)};
      },
      x.values);
}

template <class T>
OnnxTensor concatenated(const OnnxArguments& a, std::size_t axis, const Shape& shape, int64_t outer) {
  std::vector<T> all;
  all.reserve(constant_size(shape));
  for (int64_t o = 0; o < outer; ++o) {
    for (const OnnxTensor* part : a.inputs) {
      const auto* values = std::get_if<std::vector<T>>(&part->values);
      if (values == nullptr) throw Error("joins integers and floating-point numbers");
      const int64_t run =
          element_count(Shape(part->shape.begin() + static_cast<std::ptrdiff_t>(axis), part->shape.end()));
      all.insert(all.end(), values->begin() + o * run, values->begin() + (o + 1) * run);
    }
  }
  return {shape, std::move(all)};
}

OnnxTensor concat(const OnnxArguments& a) {
  Shape shape = a.at(0).shape;
  const std::size_t axis = axis_from_start(a.node.integer("axis", 0), shape.size());
  shape[axis] = 0;
  for (std::size_t i = 0; i < a.inputs.size(); ++i) {
    Shape part = a.at(i).shape;
    const bool fits = part.size() == shape.size();
    const int64_t added = fits ? part[axis] : 0;
    if (fits) part[axis] = shape[axis];
    if (part != shape) throw Error("joins constants whose shapes do not fit each other");
    shape[axis] += added;
    (void)constant_size(shape);
  }
  const int64_t outer =
      element_count(Shape(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(axis)));
  return a.at(0).is_float() ? concatenated<float>(a, axis, shape, outer)
                            : concatenated<int64_t>(a, axis, shape, outer);
}

std::vector<OnnxTensor> split(const OnnxArguments& a) {
  const OnnxTensor& x = a.at(0);
  const std::size_t axis = axis_from_start(a.node.integer("axis", 0), rank_of(x));
  const auto parts = static_cast<int64_t>(a.node.outputs.size());
  if (parts < 1) throw Error("has no outputs");
  const int64_t each = (x.shape[axis] + parts - 1) / parts;
  Integers sizes(static_cast<std::size_t>(parts), each);
  sizes.back() = x.shape[axis] - (parts - 1) * each;
  sizes = a.integers(1, "split").value_or(sizes);
  if (static_cast<int64_t>(sizes.size()) != parts) throw Error("has another number of parts than of outputs");
  std::vector<OnnxTensor> outputs;
  OnnxView view = view_of(x.shape);
  int64_t left = x.shape[axis];
  for (const int64_t count : sizes) {
    if (count < 0 || count > left) throw Error(fmt::format("takes {} of {} elements", count, left));
    Shape shape = x.shape;
    shape[axis] = count;
    outputs.push_back(taken(x, shape, view));
    view.first += count * view.strides[axis];
    left -= count;
  }
  return outputs;
}

}  // namespace

OnnxConstantOperations onnx_constant_shapes() {
  return {{"Constant", one_output<constant>},   {"Shape", one_output<shape>},
          {"Size", one_output<size>},           {"ConstantOfShape", one_output<constant_of_shape>},
          {"Range", one_output<range>},         {"Reshape", one_output<reshape>},
          {"Flatten", one_output<flatten>},     {"Squeeze", one_output<squeeze>},
          {"Unsqueeze", one_output<unsqueeze>}, {"Transpose", one_output<transpose>},
          {"Expand", one_output<expand>},       {"Tile", one_output<tile>},
          {"Slice", one_output<slice>},         {"Gather", one_output<gather>},
          {"Concat", one_output<concat>},       {"Split", split}};
}

}  // namespace dpac
