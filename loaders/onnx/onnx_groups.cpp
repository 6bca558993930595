#include <fmt/format.h>
#include <fmt/ranges.h>

#include "loaders/onnx/onnx_constants.h"
#include "loaders/onnx/onnx_operations.h"

namespace dpac {

void softmax_over_groups(OnnxBuilder& b, const OnnxValue& value) {
  constexpr int64_t kOfOneAxis = 13;  // Before, softmax was over all axes from one on.
  const std::size_t axis = axis_from_start(b.current().integer("axis", -1), rank_of(value));
  if (b.current().op != "Softmax" || axis != 1 || b.opset() < kOfOneAxis) {
    b.refuse(
        fmt::format("is computed over axis {} of [batch, {}] (opset {}), and can be run within a network as "
                    "a Softmax over "
                    "axis 1, the groups of channels, in opset {} or later: export the model so",
                    axis, fmt::join(axes_of(b, value), ", "), b.opset(), kOfOneAxis));
  }
  b.set_map(b.append(SoftmaxOp{value.groups}, {value.node}), value);
}

void join_groups(OnnxBuilder& b) {
  OnnxValue joined = b.map_value(0);
  const Shape first = axes_of(b, joined);
  std::vector<int> nodes;
  joined.groups = 0;
  for (std::size_t i = 0; i < b.current().inputs.size(); ++i) {
    const OnnxValue& each = b.map_value(i);
    const Shape own = axes_of(b, each);
    if (each.axes != OnnxAxes::grouped || own[1] != first[1]) b.refuse("joins maps whose axes differ");
    joined.groups += each.groups;
    nodes.push_back(each.node);
  }
  b.set_map(b.append(ConcatOp{}, std::move(nodes)), joined);
}

int sum_of_groups(OnnxBuilder& b, int node, int64_t groups) {
  const int64_t own = b.shape_of(node).channels / groups;
  int sum = -1;
  for (int64_t g = 0; g < groups; ++g) {
    const int part = groups == 1 ? node : b.append(SliceOp{g * own, (g + 1) * own}, {node});
    sum = g == 0 ? part : b.append(AddOp{}, {sum, part});
  }
  return sum;
}

OnnxValue swap_groups(OnnxBuilder& b, const OnnxValue& value) {
  OnnxValue swapped = value;
  std::swap(swapped.groups, swapped.subgroups);
  if (value.groups == 1 || value.subgroups == 1) return swapped;  // In the same order.
  const int64_t own = axes_of(b, value)[2];
  std::vector<int> parts;
  for (int64_t s = 0; s < value.subgroups; ++s) {
    for (int64_t g = 0; g < value.groups; ++g) {
      const int64_t begin = (g * value.subgroups + s) * own;
      parts.push_back(b.append(SliceOp{begin, begin + own}, {value.node}));
    }
  }
  swapped.node = b.append(ConcatOp{}, std::move(parts));
  return swapped;
}

}  // namespace dpac
