#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "loaders/onnx/onnx_operations.h"

namespace dpac {
namespace {

using Integers = std::vector<int64_t>;

Extent extent_of(OnnxBuilder& b, const std::string& attribute, Extent otherwise) {
  constexpr int64_t kMost = 1 << 20;
  const Integers values = b.current().integers(attribute, {otherwise.h, otherwise.w});
  const auto sane = [](int64_t v) { return v >= 1 && v < kMost; };
  if (values.size() == 2 && std::all_of(values.begin(), values.end(), sane)) {
    return {static_cast<int>(values[0]), static_cast<int>(values[1])};
  }
  b.refuse(fmt::format("has an attribute '{}' that is not two positive numbers: only images can be run",
                       attribute));
}

void set_pads(OnnxBuilder& b, const MapShape& in, Geometry& g) {
  constexpr int64_t kMost = 1 << 20;
  const std::string automatic = b.current().text("auto_pad", "NOTSET");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    const int rows = same_padding(in.height, g.height(), g.stride.h),
              columns = same_padding(in.width, g.width(), g.stride.w),
              extra = automatic == "SAME_LOWER" ? 1 : 0;
    g.pad_top = (rows + extra) / 2;
    g.pad_left = (columns + extra) / 2;
    g.pad_bottom = rows - g.pad_top;
    g.pad_right = columns - g.pad_left;
    return;
  }
  const Integers pads = b.current().integers("pads", {0, 0, 0, 0});
  const auto sane = [](int64_t v) { return v >= 0 && v < kMost; };
  if (pads.size() != 4 || !std::all_of(pads.begin(), pads.end(), sane))
    b.refuse("has pads that are not four numbers");
  g.pad_top = static_cast<int>(pads[0]);
  g.pad_left = static_cast<int>(pads[1]);
  g.pad_bottom = static_cast<int>(pads[2]);
  g.pad_right = static_cast<int>(pads[3]);
}

/// Of the current node over an input; with the zeros that a Pad before it put around that.
Geometry geometry_of(OnnxBuilder& b, const OnnxValue& input, Extent kernel) {
  Geometry g{
      .kernel = kernel, .stride = extent_of(b, "strides", 1), .dilation = extent_of(b, "dilations", 1)};
  set_pads(b, b.shape_of(input.node), g);
  g.pad_top += input.pad_top;
  g.pad_left += input.pad_left;
  g.pad_bottom += input.pad_bottom;
  g.pad_right += input.pad_right;
  return g;
}

SharedTensor shared(const Shape& shape, const std::vector<float>& values) {
  return share(Tensor(shape, values));
}

std::vector<float> bias_of(OnnxBuilder& b, std::size_t input, int64_t outputs) {
  if (!b.has_input(input)) return std::vector<float>(static_cast<std::size_t>(outputs), 0.0f);
  return b.float_input(input);
}

void convolution(OnnxBuilder& b) {
  if (b.any_input(0).axes == OnnxAxes::row) return convolve_channels(b);
  const int from = b.padded_map_input(0);
  const OnnxTensor& weights = b.constant_input(1);
  if (!weights.is_float() || weights.shape.size() != 4) {
    b.refuse(fmt::format("has weights of shape {}, expected four dimensions: only images can be run",
                         to_string(weights.shape)));
  }
  const Extent kernel{static_cast<int>(weights.shape[2]), static_cast<int>(weights.shape[3])};
  ConvolutionOp op{geometry_of(b, b.any_input(0), kernel), shared(weights.shape, weights.floats()),
                   bias_of(b, 2, weights.shape[0]), b.current().integer("group", 1)};
  b.set_map(b.append(std::move(op), {from}));
}

/// [out, in] of what is stored as [in, out].
std::vector<float> transposed(const std::vector<float>& values, int64_t rows, int64_t columns) {
  std::vector<float> turned(values.size());
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      turned[static_cast<std::size_t>(c * rows + r)] = values[static_cast<std::size_t>(r * columns + c)];
    }
  }
  return turned;
}

/// A fully connected layer over a vector, or over a map that was flattened: then a convolution as large as
/// it.
void connect(OnnxBuilder& b, std::vector<float> weights, int64_t outputs, int64_t inputs,
             std::vector<float> bias) {
  const OnnxValue& value = b.map_value(0);
  const MapShape map = b.shape_of(value.node);
  if (value.axes == OnnxAxes::hwc && map.channels == inputs) {  // Of every pixel.
    ConvolutionOp op{{}, shared({outputs, inputs, 1, 1}, weights), std::move(bias)};
    return b.set_map(b.append(std::move(op), {value.node}), OnnxAxes::hwc);
  }
  const bool flat = value.axes == OnnxAxes::flat || value.axes == OnnxAxes::flat_hwc;
  if (!flat || map.channels * map.pixels() != inputs) {
    b.refuse(fmt::format("has weights for {} features, but reads a map of {} (channels, height, width){}",
                         inputs, to_string(map), flat ? "" : ": it has to be flattened before"));
  }
  const Flattening order =
      value.axes == OnnxAxes::flat_hwc ? Flattening::channels_last : Flattening::channels_first;
  b.set_map(b.graph().add_connected(b.current().name, value.node, std::move(weights), std::move(bias), order),
            OnnxAxes::flat);
}

void matrix_product(OnnxBuilder& b) {
  const OnnxTensor& weights = b.constant_input(1);
  if (!weights.is_float() || weights.shape.size() != 2)
    b.refuse("multiplies by what is no matrix of weights");
  const int64_t in = weights.shape[0], out = weights.shape[1];
  connect(b, transposed(weights.floats(), in, out), out, in,
          std::vector<float>(static_cast<std::size_t>(out), 0.0f));
}

void gemm(OnnxBuilder& b) {
  const OnnxTensor& weights = b.constant_input(1);
  const OnnxNode& node = b.current();
  if (!weights.is_float() || weights.shape.size() != 2)
    b.refuse("multiplies by what is no matrix of weights");
  if (node.integer("transA", 0) != 0) b.refuse("transposes its input (transA)");
  const bool turned = node.integer("transB", 0) != 0;
  const int64_t in = weights.shape[turned ? 1 : 0], out = weights.shape[turned ? 0 : 1];
  std::vector<float> values = turned ? weights.floats() : transposed(weights.floats(), in, out);
  std::vector<float> bias = bias_of(b, 2, out);
  if (bias.size() == 1) bias.assign(static_cast<std::size_t>(out), bias[0]);
  for (float& w : values) w *= node.real("alpha", 1);
  for (float& v : bias) v *= node.real("beta", 1);
  connect(b, std::move(values), out, in, std::move(bias));
}

void batch_normalization(OnnxBuilder& b) {
  const auto channels = static_cast<std::size_t>(b.shape_of(b.map_input(0)).channels);
  const std::vector<float>&scale = b.float_input(1), &shift = b.float_input(2), &mean = b.float_input(3),
        &variance = b.float_input(4);
  const double epsilon = static_cast<double>(b.current().real("epsilon", 1e-5f));
  std::vector<float> factor, offset;
  for (const auto* values : {&scale, &shift, &mean, &variance}) {
    if (values->size() != channels)
      b.refuse(fmt::format("has {} values for {} channels", values->size(), channels));
  }
  for (std::size_t c = 0; c < channels; ++c) {
    if (variance[c] < 0) b.refuse(fmt::format("has the negative variance {}", variance[c]));
    const double f = static_cast<double>(scale[c]) / std::sqrt(static_cast<double>(variance[c]) + epsilon);
    factor.push_back(static_cast<float>(f));
    offset.push_back(static_cast<float>(static_cast<double>(shift[c]) - f * static_cast<double>(mean[c])));
  }
  add_affine(b, 0, factor, offset);
}

void layer_normalization(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  const auto last = static_cast<int64_t>(rank_of(value)) - 1;
  const int64_t axis = b.current().integer("axis", -1);
  const bool flat = value.axes == OnnxAxes::flat && b.shape_of(value.node).pixels() == 1;
  if ((axis != -1 && axis != last) || (value.axes != OnnxAxes::hwc && !flat)) {
    b.refuse("normalises over other axes than the channels");
  }
  const int64_t channels = b.shape_of(value.node).channels;
  const std::vector<float>&scale = b.float_input(1), offset = bias_of(b, 2, channels);
  for (const auto* values : {&scale, &offset}) {
    if (static_cast<int64_t>(values->size()) == channels) continue;
    b.refuse(fmt::format("has {} values for {} channels", values->size(), channels));
  }
  const float epsilon = b.current().real("epsilon", 1e-5f);
  b.set_map(b.append(LayerNormOp{pad_channels(scale), pad_channels(offset), epsilon}, {value.node}), value);
}

/// What ceil_mode adds to a pool's geometry: rows and columns.
Extent add_ceil_mode(OnnxBuilder& b, const OnnxValue& input, Geometry& g) {
  if (b.current().integer("ceil_mode", 0) == 0) return 0;
  const MapShape& in = b.shape_of(input.node);
  const Extent beyond{ceil_mode_padding(in.height, g.height(), g.stride.h, g.pad_top, g.pad_bottom),
                      ceil_mode_padding(in.width, g.width(), g.stride.w, g.pad_left, g.pad_right)};
  g.pad_bottom += beyond.h;
  g.pad_right += beyond.w;
  return beyond;
}

/// Zeros that a Pad put around the map are among the candidates: no padding of the pool's own but where
/// nothing is below them.
void max_pool(OnnxBuilder& b) {
  const bool rectified = b.graph().is_rectified(b.padded_map_input(0));
  const int from = rectified ? b.padded_map_input(0) : b.map_input(0);
  const OnnxValue& input = rectified ? b.any_input(0) : b.input(0);
  Geometry g = geometry_of(b, input, extent_of(b, "kernel_shape", 0));
  add_ceil_mode(b, input, g);
  b.set_map(b.append(MaxPoolOp{g}, {from}));
}

void average_pool(OnnxBuilder& b) {
  const int from = b.map_input(0);
  const OnnxValue& input = b.input(0);
  Geometry g = geometry_of(b, input, extent_of(b, "kernel_shape", 0));
  const Extent beyond = add_ceil_mode(b, input, g);
  b.set_map(b.append(AveragePoolOp{g, b.current().integer("count_include_pad", 0) != 0, beyond.h, beyond.w},
                     {from}));
}

void global_average_pool(OnnxBuilder& b) {
  b.set_map(b.append(GlobalAveragePoolOp{}, {b.map_input(0)}));
}

}  // namespace

OnnxOperations onnx_layers() {
  return {{"Conv", convolution},
          {"Gemm", gemm},
          {"MatMul", matrix_product},
          {"BatchNormalization", batch_normalization},
          {"LayerNormalization", layer_normalization},
          {"MaxPool", max_pool},
          {"AveragePool", average_pool},
          {"GlobalAveragePool", global_average_pool}};
}

}  // namespace dpac
