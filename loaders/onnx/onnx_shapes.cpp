#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "loaders/checked_size.h"
#include "loaders/onnx/onnx_constants.h"
#include "loaders/onnx/onnx_operations.h"

namespace dpac {
namespace {

using Integers = std::vector<int64_t>;

int64_t position(int64_t axis, std::size_t rank) {
  return static_cast<int64_t>(axis_from_start(axis, rank));
}

/// Nothing at inference.
void pass_on(OnnxBuilder& b) {
  b.set_output(0, b.any_input(0));
}

/// Values stay float32.
void cast(OnnxBuilder& b) {
  constexpr int64_t kFloat = 1, kFloat16 = 10, kDouble = 11, kBfloat16 = 16;  // onnx.proto3.
  const int64_t to = b.current().integer("to", kFloat);
  if (to != kFloat && to != kFloat16 && to != kDouble && to != kBfloat16)
    b.refuse("casts a map to what is no floating-point number");
  b.set_output(0, b.any_input(0));
}

/// A classifier's scores serve as well as their probabilities.
void softmax(OnnxBuilder& b) {
  OnnxValue value = b.map_value(0);
  if (value.axes == OnnxAxes::grouped || value.axes == OnnxAxes::nested) return softmax_over_groups(b, value);
  if (b.shape_of(value.node).pixels() != 1) b.refuse("is no classifier's: it reads a map");
  b.assume(
      fmt::format("the softmax '{}' is left out: predictions are those of what it reads", b.current().name));
  value.probabilities = true;
  b.set_output(0, value);
}

/// With a batch of one: what is computed from it is for reshaping only.
void shape(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  if (value.axes == OnnxAxes::listed) b.refuse("asks for the shape of a list of values");
  Integers dims = axes_of(b, value);
  dims.insert(dims.begin(), 1);
  b.set_constant(0, shape_asked_for(b.current(), dims));
}

const Integers& integer_input(OnnxBuilder& b, std::size_t i) {
  const OnnxTensor& tensor = b.constant_input(i);
  if (tensor.is_float())
    b.refuse(fmt::format("has floating-point numbers as its input {}, expected integers", i));
  return tensor.integers();
}

/// What PyTorch's new exporter makes of views: positions of all values in a list of them, here each its own.
void gather(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  const Integers& positions = integer_input(b, 1);
  const Shape& shape = b.constant_input(1).shape;
  const MapShape& map = b.shape_of(value.node);
  bool in_order = static_cast<int64_t>(positions.size()) == map.channels * map.pixels();
  for (std::size_t i = 0; in_order && i < positions.size(); ++i)
    in_order = positions[i] == static_cast<int64_t>(i);
  const bool whole = shape == Shape{1, map.channels, map.height, map.width},
             flat = shape == Shape{1, map.channels * map.pixels()};
  if (value.axes != OnnxAxes::listed || !in_order || (!whole && !flat)) b.refuse("picks values of a map");
  b.set_output(0, {.node = value.node, .axes = whole ? OnnxAxes::chw : OnnxAxes::flat});
}

/// The axes that are all called so, for one pixel of so many channels.
std::optional<OnnxAxes> axes_of_pixel(const Integers& target, int64_t channels) {
  if (target == Integers{channels}) return OnnxAxes::flat;
  if (target == Integers{1, channels}) return OnnxAxes::row;
  if (target == Integers{channels, 1}) return OnnxAxes::column;
  if (target == Integers{channels, 1, 1}) return OnnxAxes::chw;
  if (target == Integers{1, 1, channels}) return OnnxAxes::hwc;
  return std::nullopt;
}

/// To `target` axes, the batch's left out: names for the same values in the same order, but for a shuffle's
/// end.
void reshape_map(OnnxBuilder& b, const OnnxValue& value, const Integers& target) {
  const MapShape& map = b.shape_of(value.node);
  const Shape own = axes_of(b, value);
  if (checked_bytes(target, 1) != element_count(own)) {
    b.refuse(
        fmt::format("reshapes [batch, {}] to [batch, {}]", fmt::join(own, ", "), fmt::join(target, ", ")));
  }
  if (target == own) return b.set_output(0, value);
  const bool chw = value.axes == OnnxAxes::chw,
             one_pixel = map.pixels() == 1 && value.axes != OnnxAxes::shuffled;
  OnnxValue result = value;
  result.groups = result.subgroups = 1;
  if (const auto axes = one_pixel ? axes_of_pixel(target, map.channels) : std::nullopt; axes) {
    result.axes = *axes;
    return b.set_output(0, result);
  }
  if (target.size() == 1 && (chw || value.axes == OnnxAxes::hwc)) {
    result.axes = chw ? OnnxAxes::flat : OnnxAxes::flat_hwc;
    return b.set_output(0, result);
  }
  const bool splits = (chw || one_pixel) && target.size() == 4 && target[0] > 0 &&
                      map.channels % target[0] == 0 && target[1] == map.channels / target[0] &&
                      target[2] == map.height && target[3] == map.width;
  if (splits) {
    result.axes = OnnxAxes::grouped;
    result.groups = target[0];
    return b.set_output(0, result);
  }
  if (one_pixel && target.size() == 3) {
    result.axes = OnnxAxes::nested;
    result.groups = target[0];
    result.subgroups = target[1];
    return b.set_output(0, result);
  }
  const bool joins = target == Integers{map.channels, map.height, map.width};
  if (joins && value.axes == OnnxAxes::grouped) {
    result.axes = OnnxAxes::chw;
    return b.set_output(0, result);
  }
  if (joins && value.axes == OnnxAxes::shuffled) {
    return b.set_map(b.append(ChannelShuffleOp{value.groups}, {value.node}));
  }
  b.refuse(fmt::format("reshapes [batch, {}] to [batch, {}]", fmt::join(own, ", "), fmt::join(target, ", ")));
}

void reshape(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  Integers target = b.integers(1, "shape").value_or(Integers{});
  const Shape own = axes_of(b, value);
  const bool lists = value.axes == OnnxAxes::chw || value.axes == OnnxAxes::flat;
  if (target == Integers{-1} && lists) return b.set_output(0, {.node = value.node, .axes = OnnxAxes::listed});
  if (target.size() < 2 || value.axes == OnnxAxes::listed)
    b.refuse("reshapes a map to fewer than two axes, or a list of its values");
  for (std::size_t i = 1; i < target.size(); ++i) {
    if (target[i] == 0 && i <= own.size()) target[i] = own[i - 1];
  }
  Integers rest(target.begin() + 1, target.end());
  fill_open_axis(rest, element_count(own));
  reshape_map(b, value, rest);
}

void flatten(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  if (value.axes == OnnxAxes::listed) b.refuse("flattens a list of values");
  if (b.current().integer("axis", 1) != 1) b.refuse("flattens from another axis than 1");
  reshape_map(b, value, {element_count(axes_of(b, value))});
}

void transpose(OnnxBuilder& b) {
  OnnxValue value = b.map_value(0);
  const Integers order = b.current().integers("perm", {});
  Integers same(rank_of(value));
  std::iota(same.begin(), same.end(), 0);
  if (order == same) {
    // Nothing.
  } else if (value.axes == OnnxAxes::chw && order == Integers{0, 2, 3, 1}) {
    value.axes = OnnxAxes::hwc;
  } else if (value.axes == OnnxAxes::hwc && order == Integers{0, 3, 1, 2}) {
    value.axes = OnnxAxes::chw;
  } else if (value.axes == OnnxAxes::grouped && order == Integers{0, 2, 1, 3, 4}) {
    value.axes = OnnxAxes::shuffled;
  } else if (value.axes == OnnxAxes::nested && order == Integers{0, 2, 1, 3}) {
    value = swap_groups(b, value);
  } else if (value.axes == OnnxAxes::row && order == Integers{0, 2, 1}) {
    value.axes = OnnxAxes::column;
  } else if (value.axes == OnnxAxes::column && order == Integers{0, 2, 1}) {
    value.axes = OnnxAxes::row;
  } else {
    b.refuse(fmt::format("transposes by [{}]", fmt::join(order, ", ")));
  }
  b.set_output(0, value);
}

/// Axes of length one, away.
void squeeze(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  const auto named = b.integers(1, "axes");
  const auto axes = axes_from_start(named.value_or(Integers{}), rank_of(value));
  const Shape own = axes_of(b, value);
  Integers left;
  for (std::size_t axis = 1; axis <= own.size(); ++axis) {
    const bool goes = named ? std::find(axes.begin(), axes.end(), axis) != axes.end() : own[axis - 1] == 1;
    if (!goes) left.push_back(own[axis - 1]);
  }
  if (left.size() + axes.size() != own.size() && named) b.refuse("squeezes the axis of the batch");
  reshape_map(b, value, left);
}

void unsqueeze(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  const Integers added = b.integers(1, "axes").value_or(Integers{});
  Integers wider = axes_of(b, value);
  for (const std::size_t axis : axes_from_start(added, rank_of(value) + added.size())) {
    if (axis == 0) b.refuse("adds an axis before the batch's");
    wider.insert(wider.begin() + static_cast<std::ptrdiff_t>(axis) - 1, 1);
  }
  reshape_map(b, value, wider);
}

void concat(OnnxBuilder& b) {
  const OnnxValue first = b.map_value(0);
  const int64_t axis = position(b.current().integer("axis", 1), rank_of(first));
  if (first.axes == OnnxAxes::grouped && axis == 1) return join_groups(b);
  const bool joins_flat = first.axes == OnnxAxes::flat && axis == 1;  // Channel by channel, as the maps lie.
  if (!joins_flat && axis != static_cast<int64_t>(channel_axis(b, first)))
    b.refuse("joins maps along another axis than the channels");
  std::vector<int> nodes;
  for (std::size_t i = 0; i < b.current().inputs.size(); ++i) {
    const OnnxValue& each = b.map_value(i);
    if (each.axes != first.axes) b.refuse("joins maps whose axes differ");
    nodes.push_back(each.node);
  }
  b.set_map(b.append(ConcatOp{}, std::move(nodes)), first);
}

void split(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  const int64_t axis = position(b.current().integer("axis", 0), rank_of(value));
  if (axis != static_cast<int64_t>(channel_axis(b, value)))
    b.refuse("splits along another axis than the channels");
  const auto parts = static_cast<int64_t>(b.current().outputs.size());
  const int64_t channels = b.shape_of(value.node).channels, each = (channels + parts - 1) / parts;
  const Integers sizes = b.integers(1, "split").value_or(Integers(static_cast<std::size_t>(parts), each));
  if (sizes.size() != static_cast<std::size_t>(parts))
    b.refuse("has another number of parts than of outputs");
  int64_t begin = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 0 || sizes[i] > channels)
      b.refuse(fmt::format("takes {} of {} channels", sizes[i], channels));
    const int64_t end = std::min(channels, begin + sizes[i]);
    b.set_output(i, {.node = b.append(SliceOp{begin, end}, {value.node}), .axes = value.axes});
    begin = end;
  }
}

/// Rows or columns [begin, end) of a map.
void crop(OnnxBuilder& b, const OnnxValue& value, bool rows, int64_t begin, int64_t end) {
  const MapShape& map = b.shape_of(value.node);
  const int before = -static_cast<int>(begin),
            after = static_cast<int>(end - (rows ? map.height : map.width));
  const PadOp op = rows ? PadOp{before, 0, after, 0} : PadOp{0, before, 0, after};
  b.set_map(before == 0 && after == 0 ? value.node : b.append(op, {value.node}), value);
}

/// Of one axis, step 1: of channels, rows or columns.
void slice(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  const Integers starts = b.integers(1, "starts").value_or(Integers{}),
                 ends = b.integers(2, "ends").value_or(Integers{}),
                 axes = b.integers(3, "axes").value_or(Integers{0}),
                 steps = b.has_input(4) ? integer_input(b, 4) : Integers{1};
  if (starts.size() != 1 || ends.size() != 1 || axes.size() != 1 || steps != Integers{1}) {
    b.refuse("takes slices of several axes, or with steps");
  }
  const std::size_t axis = axis_from_start(axes[0], rank_of(value)), channels = channel_axis(b, value);
  if (axis == 0) b.refuse("takes a slice of the batch");
  const int64_t size = axes_of(b, value)[axis - 1];
  const auto bounded = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + size : at, 0, size); };
  const int64_t begin = bounded(starts[0]), end = bounded(ends[0]);
  if (axis == channels) return b.set_map(b.append(SliceOp{begin, end}, {value.node}), value);
  if (begin >= end) b.refuse("takes a slice of nothing");
  crop(b, value, axis == (value.axes == OnnxAxes::hwc ? 1U : 2U), begin, end);
}

/// Zeros around a map, which the next window may take into its own padding; or less of it.
void pad(OnnxBuilder& b) {
  OnnxValue value = b.any_input(0);
  const OnnxValue& before = b.map_value(0);
  if (rank_of(value) != 4) b.refuse("pads what is no map");
  const Integers pads = b.integers(1, "pads").value_or(Integers{});
  const bool zeros = b.current().text("mode", "constant") == "constant" &&
                     b.current().real("value", 0) == 0 &&
                     (!b.has_input(2) || b.float_input(2) == std::vector<float>{0.0f});
  const std::size_t row = value.axes == OnnxAxes::chw ? 2 : 1, channels = channel_axis(b, value);
  constexpr int64_t kMost = 1 << 16;
  const auto sane = [](int64_t v) { return v > -kMost && v < kMost; };
  const bool spatial = pads.size() == 8 && pads[0] == 0 && pads[4] == 0 && pads[channels] == 0 &&
                       pads[channels + 4] == 0 && std::all_of(pads.begin(), pads.end(), sane);
  if (!zeros || !spatial)
    b.refuse("pads with other values than zeros, or along other axes than height and width");
  const PadOp own{static_cast<int>(pads[row]), static_cast<int>(pads[row + 1]),
                  static_cast<int>(pads[row + 4]), static_cast<int>(pads[row + 5])};
  OnnxValue whole = before;
  whole.node = b.append(own, {before.node});
  if (std::min({own.top, own.left, own.bottom, own.right}) < 0) return b.set_output(0, whole);
  value.pad_top += own.top;
  value.pad_left += own.left;
  value.pad_bottom += own.bottom;
  value.pad_right += own.right;
  value.whole = std::make_shared<OnnxValue>(std::move(whole));
  b.set_output(0, value);
}

}  // namespace

OnnxOperations onnx_shapes() {
  return {{"Identity", pass_on},   {"Dropout", pass_on},     {"Cast", cast},       {"Softmax", softmax},
          {"LogSoftmax", softmax}, {"Shape", shape},         {"Gather", gather},   {"Reshape", reshape},
          {"Flatten", flatten},    {"Transpose", transpose}, {"Squeeze", squeeze}, {"Unsqueeze", unsqueeze},
          {"Concat", concat},      {"Split", split},         {"Slice", slice},     {"Pad", pad}};
}

}  // namespace dpac
