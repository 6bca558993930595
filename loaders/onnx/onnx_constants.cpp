#include "loaders/onnx/onnx_constants.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/checked_size.h"

namespace dpac {
namespace {

const OnnxConstantOperations& constant_operations() {
  static const OnnxConstantOperations all = [] {
    OnnxConstantOperations joined = onnx_constant_arithmetic();
    joined.merge(onnx_constant_shapes());
    return joined;
  }();
  return all;
}

void expect_finite(const OnnxTensor& tensor) {
  if (!tensor.is_float()) return;
  const auto finite = [](float v) { return std::isfinite(v); };
  if (std::all_of(tensor.floats().begin(), tensor.floats().end(), finite)) return;
  throw Error("computes a constant that is NaN or infinite");
}

}  // namespace

const OnnxTensor& OnnxArguments::at(std::size_t i) const {
  if (has(i)) return *inputs[i];
  throw Error(fmt::format("lacks its input {}", i));
}

const std::vector<int64_t>& OnnxArguments::integers(std::size_t i) const {
  if (!at(i).is_float()) return at(i).integers();
  throw Error(fmt::format("has floating-point numbers as its input {}, expected integers", i));
}

std::optional<std::vector<int64_t>> OnnxArguments::integers(std::size_t i,
                                                            const std::string& attribute) const {
  if (node.attributes.contains(attribute)) return node.integers(attribute, {});
  if (!has(i)) return std::nullopt;
  return integers(i);
}

bool computes_constants(const std::string& op) {
  return constant_operations().contains(op);
}

std::vector<OnnxTensor> compute_constants(const OnnxArguments& arguments) {
  std::vector<OnnxTensor> outputs = constant_operations().at(arguments.node.op)(arguments);
  for (const OnnxTensor& output : outputs) expect_finite(output);
  return outputs;
}

OnnxTensor shape_asked_for(const OnnxNode& node, const Shape& shape) {
  const auto rank = static_cast<int64_t>(shape.size());
  const auto bounded = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const int64_t begin = bounded(node.integer("start", 0)),
                end = std::max(begin, bounded(node.integer("end", rank)));
  return {{end - begin}, std::vector<int64_t>(shape.begin() + begin, shape.begin() + end)};
}

std::size_t axis_from_start(int64_t axis, std::size_t rank) {
  const auto count = static_cast<int64_t>(rank);
  if (axis < -count || axis >= count) throw Error(fmt::format("names the axis {} of {}", axis, rank));
  return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

std::vector<std::size_t> axes_from_start(const std::vector<int64_t>& axes, std::size_t rank) {
  std::vector<std::size_t> found;
  for (const int64_t axis : axes) found.push_back(axis_from_start(axis, rank));
  std::sort(found.begin(), found.end());
  if (std::adjacent_find(found.begin(), found.end()) == found.end()) return found;
  throw Error("names an axis twice");
}

void fill_open_axis(Shape& shape, int64_t count) {
  const auto open = std::find(shape.begin(), shape.end(), -1);
  if (open == shape.end()) return;
  *open = 1;
  const int64_t known = checked_bytes(shape, 1).value_or(0);
  *open = known > 0 && count % known == 0 ? count / known : -1;
}

}  // namespace dpac
