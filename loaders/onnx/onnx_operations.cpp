#include "loaders/onnx/onnx_operations.h"

namespace dpac {
namespace {

const OnnxOperations& map_operations() {
  static const OnnxOperations all = [] {
    OnnxOperations joined = onnx_layers();
    joined.merge(onnx_reductions());
    joined.merge(onnx_arithmetic());
    joined.merge(onnx_resizes());
    joined.merge(onnx_shapes());
    return joined;
  }();
  return all;
}

}  // namespace

bool has_operation(const std::string& op) {
  return map_operations().contains(op);
}

void run_operation(OnnxBuilder& builder) {
  const auto found = map_operations().find(builder.current().op);
  if (found == map_operations().end()) builder.refuse("reads a map, but can be computed from constants only");
  found->second(builder);
}

void add_affine(OnnxBuilder& b, std::size_t input, const std::vector<float>& scale,
                const std::vector<float>& offset) {
  const OnnxValue value = b.input(input);
  b.expect_scores();
  b.set_map(b.graph().add_affine(b.current().name, value.node, b.read_once(input), scale, offset), value);
}

std::size_t rank_of(const OnnxValue& value) {
  switch (value.axes) {
    case OnnxAxes::chw:
    case OnnxAxes::hwc:
    case OnnxAxes::nested:
      return 4;
    case OnnxAxes::flat:
    case OnnxAxes::flat_hwc:
      return 2;
    case OnnxAxes::row:
    case OnnxAxes::column:
      return 3;
    case OnnxAxes::grouped:
    case OnnxAxes::shuffled:
      return 5;
    case OnnxAxes::listed:
      return 1;
  }
  return 0;
}

Shape axes_of(const OnnxBuilder& b, const OnnxValue& value) {
  const MapShape& map = b.shape_of(value.node);
  switch (value.axes) {
    case OnnxAxes::chw:
      return {map.channels, map.height, map.width};
    case OnnxAxes::hwc:
      return {map.height, map.width, map.channels};
    case OnnxAxes::flat:
    case OnnxAxes::flat_hwc:
      return {map.channels * map.pixels()};
    case OnnxAxes::grouped:
      return {value.groups, map.channels / value.groups, map.height, map.width};
    case OnnxAxes::shuffled:
      return {map.channels / value.groups, value.groups, map.height, map.width};
    case OnnxAxes::nested:
      return {value.groups, value.subgroups, map.channels / (value.groups * value.subgroups)};
    case OnnxAxes::row:
      return {1, map.channels};
    case OnnxAxes::column:
      return {map.channels, 1};
    case OnnxAxes::listed:
      return {};
  }
  return {};
}

std::optional<std::size_t> find_channel_axis(const OnnxBuilder& b, const OnnxValue& value) {
  if (value.axes == OnnxAxes::hwc) return 3;
  const bool vector = rank_of(value) == 2 && b.shape_of(value.node).pixels() == 1;
  if (value.axes == OnnxAxes::chw || vector) return 1;
  return std::nullopt;
}

std::size_t channel_axis(const OnnxBuilder& b, const OnnxValue& value) {
  const auto axis = find_channel_axis(b, value);
  if (!axis) b.refuse("looks for channels where none of the axes is the channels");
  return *axis;
}

}  // namespace dpac
