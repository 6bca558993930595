#include <fmt/format.h>
#include <fmt/ranges.h>

#include "loaders/onnx/onnx_constants.h"
#include "loaders/onnx/onnx_operations.h"

namespace dpac {
namespace {

using Integers = std::vector<int64_t>;
using Axes = std::vector<std::size_t>;

enum class Reduction { mean, sum, l2_norm };

/// Height and width.
std::optional<Axes> pixel_axes(const OnnxValue& value) {
  if (value.axes == OnnxAxes::chw) return Axes{2, 3};
  if (value.axes == OnnxAxes::hwc) return Axes{1, 2};
  if (value.axes == OnnxAxes::grouped) return Axes{3, 4};
  return std::nullopt;
}

int scaled(OnnxBuilder& b, int node, float factor) {
  const auto channels = static_cast<std::size_t>(b.shape_of(node).channels);
  return b.append(channel_affine(std::vector<float>(channels, factor), std::vector<float>(channels, 0.0f)),
                  {node});
}

int over_pixels(OnnxBuilder& b, Reduction kind, int node) {
  if (kind == Reduction::l2_norm) return b.append(GlobalL2PoolOp{}, {node});
  const int mean = b.append(GlobalAveragePoolOp{}, {node});
  return kind == Reduction::mean ? mean : scaled(b, mean, static_cast<float>(b.shape_of(node).pixels()));
}

int over_channels(OnnxBuilder& b, Reduction kind, int node) {
  const int mean = b.append(ChannelMeanOp{}, {node});
  return kind == Reduction::mean ? mean : scaled(b, mean, static_cast<float>(b.shape_of(node).channels));
}

int over_groups(OnnxBuilder& b, Reduction kind, const OnnxValue& value) {
  const int sum = sum_of_groups(b, value.node, value.groups);
  return kind == Reduction::sum ? sum : scaled(b, sum, 1 / static_cast<float>(value.groups));
}

[[noreturn]] void refuse_axes(OnnxBuilder& b, const OnnxValue& value, const Axes& axes, bool keeps) {
  b.refuse(
      fmt::format("reduces the axes [{}] of [batch, {}] with keepdims = {}, and can be run over height and "
                  "width, over the channels with keepdims = 1, or, but for a norm, over groups of channels: "
                  "reduce over one of these at a time",
                  fmt::join(axes, ", "), fmt::join(axes_of(b, value), ", "), keeps ? 1 : 0));
}

template <Reduction kKind>
void reduce(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  const Axes axes = axes_from_start(b.integers(1, "axes").value_or(Integers{}), rank_of(value));
  const bool keeps = b.current().integer("keepdims", 1) != 0, grouped = value.axes == OnnxAxes::grouped;
  if (!axes.empty() && axes == pixel_axes(value) && (keeps || !grouped)) {
    const int node = over_pixels(b, kKind, value.node);
    return keeps ? b.set_map(node, value) : b.set_map(node, OnnxAxes::flat);
  }
  const auto channels = find_channel_axis(b, value);
  const bool sums = kKind != Reduction::l2_norm;
  if (sums && keeps && channels && axes == Axes{*channels})
    return b.set_map(over_channels(b, kKind, value.node), value);
  if (!sums || !grouped || axes != Axes{1}) refuse_axes(b, value, axes, keeps);
  b.set_map(over_groups(b, kKind, value), keeps ? OnnxAxes::grouped : OnnxAxes::chw);
}

}  // namespace

OnnxOperations onnx_reductions() {
  return {{"ReduceMean", reduce<Reduction::mean>},
          {"ReduceSum", reduce<Reduction::sum>},
          {"ReduceL2", reduce<Reduction::l2_norm>}};
}

}  // namespace dpac
