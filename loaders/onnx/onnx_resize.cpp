#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "loaders/onnx/onnx_operations.h"

namespace dpac {
namespace {

using Integers = std::vector<int64_t>;
using Floats = std::vector<float>;
using Between = ResizeOp::Between;

/// Which pixels of a map an axis of its resized one reads.
ResizeOp::Axis axis_of(OnnxBuilder& b, const std::string& mode, int64_t from, int64_t to, double scale) {
  ResizeOp::Axis axis{to, scale};
  if (mode == "asymmetric") return axis;
  if (mode == "align_corners") {
    axis.scale = from > 1 && to > 1 ? static_cast<double>(to - 1) / static_cast<double>(from - 1) : 1.0;
    return axis;
  }
  if (mode == "pytorch_half_pixel" && to == 1) return axis;
  axis.before = 0.5;
  if (mode == "tf_half_pixel_for_nn") return axis;
  axis.after = -0.5;
  if (mode == "half_pixel" || mode == "pytorch_half_pixel") return axis;
  if (mode == "half_pixel_symmetric") {
    axis.after += (static_cast<double>(from) - static_cast<double>(to) / scale) / 2;
    return axis;
  }
  b.refuse(fmt::format(
      "has the coordinate_transformation_mode '{}', which cannot be run: export the model with 'half_pixel', "
      "'align_corners' or 'asymmetric'",
      mode));
}

Between between_of(OnnxBuilder& b, const std::string& rounding_otherwise) {
  const std::string mode = b.current().text("mode", "nearest"),
                    rounding = b.current().text("nearest_mode", rounding_otherwise);
  if (mode == "linear" || mode == "bilinear") return Between::linear;
  if (mode != "nearest")
    b.refuse(fmt::format("interpolates by '{}': export the model with 'nearest' or 'linear'", mode));
  if (rounding == "floor") return Between::floor;
  if (rounding == "ceil") return Between::ceil;
  if (rounding == "round_prefer_floor") return Between::round_half_to_floor;
  if (rounding == "round_prefer_ceil") return Between::round_half_to_ceil;
  b.refuse(
      fmt::format("has the nearest_mode '{}', expected 'floor', 'ceil', 'round_prefer_floor' or "
                  "'round_prefer_ceil'",
                  rounding));
}

/// What a node says of the axes of its map, for all four; 1 for those that it does not name.
template <class T>
std::vector<T> for_all_axes(OnnxBuilder& b, const std::vector<T>& values, const std::vector<T>& otherwise) {
  constexpr int64_t kRank = 4;
  const Integers axes = b.current().integers("axes", {0, 1, 2, 3});
  std::vector<T> all = otherwise;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const int64_t axis = axes[i] < 0 ? axes[i] + kRank : axes[i];
    if (axes.size() != values.size() || axis < 0 || axis >= kRank)
      b.refuse(fmt::format("gives {} sizes for the axes [{}], expected one for each of [0, 1, 2, 3]",
                           values.size(), fmt::join(axes, ", ")));
    all[static_cast<std::size_t>(axis)] = values[i];
  }
  return all;
}

/// What a map [C, H, W] becomes.
struct Sizes {
  int64_t height, width;
  double row_scale, column_scale;
};

std::size_t row_axis(OnnxBuilder& b, const OnnxValue& value) {
  if (value.axes != OnnxAxes::chw && value.axes != OnnxAxes::hwc)
    b.refuse("resizes what has no height and width: reshape it to [batch, channels, height, width] before");
  return value.axes == OnnxAxes::chw ? 2 : 1;
}

Sizes from_scales(OnnxBuilder& b, const OnnxValue& value, const Floats& given) {
  const MapShape& map = b.shape_of(value.node);
  const std::size_t row = row_axis(b, value);
  const Floats scales = for_all_axes(b, given, Floats(4, 1.0f));
  constexpr float kMost = 1 << 16;
  const auto sane = [](float v) { return v > 0 && v < kMost; };
  if (!std::all_of(scales.begin(), scales.end(), sane) || scales[0] != 1 ||
      scales[channel_axis(b, value)] != 1)
    b.refuse(
        fmt::format("resizes by the factors [{}], expected positive ones of height and width, and 1 of "
                    "all other axes",
                    fmt::join(scales, ", ")));
  const auto resized = [](int64_t size, float scale) {  // In float, as ONNX Runtime does.
    return static_cast<int64_t>(static_cast<float>(size) * scale);
  };
  const int64_t height = resized(map.height, scales[row]), width = resized(map.width, scales[row + 1]);
  return {height, width, static_cast<double>(scales[row]), static_cast<double>(scales[row + 1])};
}

Sizes from_sizes(OnnxBuilder& b, const OnnxValue& value, const Integers& given) {
  const MapShape& map = b.shape_of(value.node);
  const std::size_t row = row_axis(b, value), channels = channel_axis(b, value);
  Integers own(4, 1);
  own[row] = map.height;
  own[row + 1] = map.width;
  own[channels] = map.channels;
  const Integers sizes = for_all_axes(b, given, own);
  if (sizes[channels] != map.channels || (sizes[0] != 1 && sizes[0] != b.declared_batch())) {
    b.refuse(
        fmt::format("resizes {} channels to the sizes [{}], expected other ones of height and width alone",
                    map.channels, fmt::join(sizes, ", ")));
  }
  if (const auto policy = b.current().text("keep_aspect_ratio_policy", "stretch"); policy != "stretch") {
    b.refuse(fmt::format(
        "has the keep_aspect_ratio_policy '{}', which cannot be run: give both sizes, with 'stretch'",
        policy));
  }
  return {sizes[row], sizes[row + 1], static_cast<double>(sizes[row]) / static_cast<double>(map.height),
          static_cast<double>(sizes[row + 1]) / static_cast<double>(map.width)};
}

void append_resize(OnnxBuilder& b, const Sizes& sizes, const std::string& mode, Between between) {
  const OnnxValue value = b.map_value(0);
  const MapShape map = b.shape_of(value.node);
  const bool same = sizes.height == map.height && sizes.width == map.width && sizes.row_scale == 1 &&
                    sizes.column_scale == 1;
  if (same) return b.set_output(0, value);
  ResizeOp op{axis_of(b, mode, map.height, sizes.height, sizes.row_scale),
              axis_of(b, mode, map.width, sizes.width, sizes.column_scale), between};
  b.set_map(b.append(op, {value.node}), value);
}

/// As opsets up to 10 have it: pixels by their corners.
void resize_by_corners(OnnxBuilder& b, const Floats& scales) {
  const Sizes sizes = from_scales(b, b.map_value(0), scales);
  const Between between = between_of(b, "floor");
  if (between != Between::linear && (sizes.row_scale < 1 || sizes.column_scale < 1))
    b.refuse(
        "makes a map smaller by single pixels, and opset 10 does not say by which: export the model in "
        "opset 11 or later");
  append_resize(b, sizes, "asymmetric", between);
}

void upsample(OnnxBuilder& b) {
  const auto found = b.current().attributes.find("scales");
  const auto* scales = found == b.current().attributes.end() ? nullptr : std::get_if<Floats>(&found->second);
  resize_by_corners(b, scales != nullptr ? *scales : b.float_input(1));
}

void resize(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  if (b.current().inputs.size() == 2) return resize_by_corners(b, b.float_input(1));
  const auto scales_given = b.has_input(2) && !b.float_input(2).empty();
  if (!scales_given && !b.has_input(3)) b.refuse("has neither scales nor sizes, expected one of them");
  const Sizes sizes =
      scales_given ? from_scales(b, value, b.float_input(2)) : from_sizes(b, value, *b.integers(3, "sizes"));
  const bool smaller = sizes.row_scale < 1 || sizes.column_scale < 1;
  if (b.current().integer("antialias", 0) != 0 && smaller)
    b.refuse("is antialiased, which cannot be run: export the model with antialias = 0");
  if (b.current().integer("exclude_outside", 0) != 0) {
    b.refuse(
        "leaves out the pixels outside the map, which cannot be run: export the model with "
        "exclude_outside = 0");
  }
  const Between between = between_of(b, "round_prefer_floor");
  append_resize(b, sizes, b.current().text("coordinate_transformation_mode", "half_pixel"), between);
}

/// Of one channel, row or column to more.
void expand(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  const Integers given = b.integers(1, "shape").value_or(Integers{});
  const std::size_t rank = rank_of(value);
  if (given.size() > rank)
    b.refuse(fmt::format("expands a map of {} axes to {}: reshape it before", rank, given.size()));
  Integers target(rank - given.size(), 1);
  target.insert(target.end(), given.begin(), given.end());
  if (target[0] != 1 && target[0] != b.declared_batch())
    b.refuse(fmt::format("repeats each image {} times, and images can be run only one for one", target[0]));
  const auto repeated = [](int64_t own, int64_t size) { return size == 1 ? own : size; };
  MapShape to = b.shape_of(value.node);
  const std::size_t channels = channel_axis(b, value);
  to.channels = repeated(to.channels, target[channels]);
  if (rank == 4) {
    const std::size_t row = row_axis(b, value);
    to.height = repeated(to.height, target[row]);
    to.width = repeated(to.width, target[row + 1]);
  }
  b.set_map(broadcast_map(b, value.node, to), value);
}

}  // namespace

int broadcast_map(OnnxBuilder& b, int node, const MapShape& to) {
  const MapShape map = b.shape_of(node);
  const auto fits = [](int64_t own, int64_t target) { return own == target || own == 1; };
  if (!fits(map.channels, to.channels) || !fits(map.height, to.height) || !fits(map.width, to.width)) {
    b.refuse(fmt::format(
        "repeats a map of {} (channels, height, width) to {}, which can be done only along axes of size 1",
        to_string(map), to_string(to)));
  }
  if (map.channels != to.channels) node = b.append(ChannelExpandOp{to.channels}, {node});
  if (map.height == to.height && map.width == to.width) return node;
  const auto axis = [](int64_t from, int64_t size) {
    return ResizeOp::Axis{size, static_cast<double>(size) / static_cast<double>(from)};
  };
  return b.append(ResizeOp{axis(map.height, to.height), axis(map.width, to.width), Between::floor}, {node});
}

OnnxOperations onnx_resizes() {
  return {{"Resize", resize}, {"Upsample", upsample}, {"Expand", expand}};
}

}  // namespace dpac
