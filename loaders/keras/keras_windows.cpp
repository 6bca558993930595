#include <algorithm>

#include <fmt/format.h>

#include "loaders/json_entries.h"
#include "loaders/keras/keras_operations.h"
#include "loaders/weights/formats.h"

namespace dpac {
namespace {

constexpr int kMostSide = 1 << 16;

struct Window {
  Extent kernel = 1, stride = 1, dilation = 1;
};

bool is_same(const KerasBuilder& b) {
  const std::string padding = b.text("padding", "valid");
  if (padding != "valid" && padding != "same")
    b.refuse(fmt::format("has the padding '{}', expected valid or same", padding));
  return padding == "same";
}

/// Over a value, with the zeros that a layer before put around it.
Geometry geometry_of(const KerasBuilder& b, const KerasValue& input, const Window& window) {
  if (input.flat) b.refuse("takes a map, but is given one that was flattened");
  Geometry g{.kernel = window.kernel, .stride = window.stride, .dilation = window.dilation};
  g.pad_top = input.sides.top;
  g.pad_left = input.sides.left;
  g.pad_bottom = input.sides.bottom;
  g.pad_right = input.sides.right;
  if (!is_same(b)) return g;
  const MapShape map = b.whole_shape_of(input);
  const int rows = same_padding(map.height, g.height(), g.stride.h),
            columns = same_padding(map.width, g.width(), g.stride.w);
  g.pad_top += rows / 2;
  g.pad_left += columns / 2;
  g.pad_bottom += rows - rows / 2;
  g.pad_right += columns - columns / 2;
  return g;
}

/// The current layer's, for a window that takes zeros beyond its sides into its own padding.
const KerasValue& padded_input(KerasBuilder& b) {
  return b.windowed_input(0).sides.cut() ? b.input(0) : b.windowed_input(0);
}

std::vector<float> values_of(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

/// The arrays of a product: kernels of these names, and a bias unless there is none.
std::vector<Tensor> product_arrays(KerasBuilder& b, std::vector<std::string> names) {
  if (b.flag("use_bias", true)) names.emplace_back("bias");
  return b.arrays(names);
}

std::vector<float> bias_of(const std::vector<Tensor>& arrays, std::size_t position, int64_t outputs) {
  if (position < arrays.size()) return values_of(arrays[position]);
  return std::vector<float>(static_cast<std::size_t>(outputs), 0.0f);
}

/// A kernel as it is stored, [height, width, in, out], must be as large as the configuration says.
void expect_kernel(const KerasBuilder& b, const Tensor& kernel, Extent size) {
  const bool fits = kernel.rank() == 4 && kernel.dim(0) == size.h && kernel.dim(1) == size.w;
  if (!fits) {
    b.refuse(fmt::format("has a kernel of shape {} in the file, expected [{}, {}, in, out]",
                         to_string(kernel.shape()), size.h, size.w));
  }
}

Extent kernel_size(const KerasBuilder& b) {
  if (b.entry("kernel_size").is_null()) b.refuse("has no 'kernel_size'");
  return b.extent("kernel_size", 1);
}

void convolution(KerasBuilder& b) {
  const Window window{kernel_size(b), b.extent("strides", 1), b.extent("dilation_rate", 1)};
  const KerasValue& input = padded_input(b);
  const Geometry geometry = geometry_of(b, input, window);
  const std::vector<Tensor> arrays = product_arrays(b, {"kernel"});
  expect_kernel(b, arrays[0], window.kernel);
  ConvolutionOp op{geometry, share(to_torch_layout(arrays[0])), bias_of(arrays, 1, arrays[0].dim(3)),
                   b.whole("groups", 1)};
  set_activated(b, b.append(std::move(op), {input.node}), false);
}

/// [height, width, in, multiplier]: output channel c multiplier + m sees input channel c.
ConvolutionOp depthwise(const KerasBuilder& b, const Geometry& geometry, const Tensor& kernel,
                        std::vector<float> bias) {
  expect_kernel(b, kernel, geometry.kernel);
  const int64_t channels = kernel.dim(2), outputs = channels * kernel.dim(3);
  const Tensor grouped({kernel.dim(0), kernel.dim(1), 1, outputs}, values_of(kernel));
  if (bias.empty()) bias.assign(static_cast<std::size_t>(outputs), 0.0f);
  return {geometry, share(to_torch_layout(grouped)), std::move(bias), channels};
}

void depthwise_convolution(KerasBuilder& b) {
  const KerasValue& input = padded_input(b);
  const Geometry geometry =
      geometry_of(b, input, {kernel_size(b), b.extent("strides", 1), b.extent("dilation_rate", 1)});
  const std::vector<Tensor> arrays = product_arrays(b, {"depthwise_kernel"});
  ConvolutionOp op =
      depthwise(b, geometry, arrays[0], arrays.size() > 1 ? values_of(arrays[1]) : std::vector<float>());
  set_activated(b, b.append(std::move(op), {input.node}), false);
}

void separable_convolution(KerasBuilder& b) {
  const KerasValue& input = padded_input(b);
  const Geometry geometry =
      geometry_of(b, input, {kernel_size(b), b.extent("strides", 1), b.extent("dilation_rate", 1)});
  const std::vector<Tensor> arrays = product_arrays(b, {"depthwise_kernel", "pointwise_kernel"});
  const int first = b.append(depthwise(b, geometry, arrays[0], {}), {input.node}, ".depthwise");
  expect_kernel(b, arrays[1], 1);
  ConvolutionOp pointwise{{}, share(to_torch_layout(arrays[1])), bias_of(arrays, 2, arrays[1].dim(3))};
  set_activated(b, b.append(std::move(pointwise), {first}, ".pointwise"), false);
}

Window pool_of(const KerasBuilder& b) {
  const Extent size = b.extent("pool_size", 2);
  return {size, b.extent("strides", size)};
}

/// Zeros that a ZeroPadding2D put around the map are among the candidates: no padding of the pool's own but
/// where nothing is below them.
void max_pool(KerasBuilder& b) {
  const bool rectified = b.graph().is_rectified(b.windowed_input(0).node);
  const KerasValue& input = rectified ? padded_input(b) : b.input(0);
  b.set({.node = b.append(MaxPoolOp{geometry_of(b, input, pool_of(b))}, {input.node})});
}

/// SAME's padding does not count in the divisor, the zeros of a ZeroPadding2D do.
void average_pool(KerasBuilder& b) {
  const KerasValue& input = is_same(b) ? b.input(0) : padded_input(b);
  const bool padded = input.sides != KerasSides{};
  b.set({.node = b.append(AveragePoolOp{geometry_of(b, input, pool_of(b)), padded}, {input.node})});
}

void global_average_pool(KerasBuilder& b) {
  const KerasValue& input = b.input(0);
  if (input.flat) b.refuse("takes a map, but is given one that was flattened");
  b.set({.node = b.append(GlobalAveragePoolOp{}, {input.node}), .flat = !b.flag("keepdims", false)});
}

void global_max_pool(KerasBuilder& b) {
  const KerasValue& input = b.input(0);
  if (input.flat) b.refuse("takes a map, but is given one that was flattened");
  const MapShape& map = b.shape_of(input);
  const Geometry whole{.kernel = {static_cast<int>(map.height), static_cast<int>(map.width)}};
  b.set({.node = b.append(MaxPoolOp{whole}, {input.node}), .flat = !b.flag("keepdims", false)});
}

/// An entry as ((top, bottom), (left, right)), (rows, columns) or one number.
KerasSides sides_of(const KerasBuilder& b, const std::string& key) {
  const nlohmann::json& value = b.entry(key);
  const auto number = [&](const nlohmann::json& each) {
    const bool fits = each.is_number_integer() && each >= 0 && each <= kMostSide;
    if (!fits) b.refuse(fmt::format("has {} as its '{}'", shown(value), key));
    return each.get<int>();
  };
  const auto pair = [&](const nlohmann::json& each) {
    if (!each.is_array()) return std::pair(number(each), number(each));
    if (each.size() != 2) b.refuse(fmt::format("has {} as its '{}'", shown(value), key));
    return std::pair(number(each[0]), number(each[1]));
  };
  if (!value.is_array()) return {number(value), number(value), number(value), number(value)};
  if (value.size() != 2) b.refuse(fmt::format("has {} as its '{}'", shown(value), key));
  const auto [top, bottom] = pair(value[0]);
  const auto [left, right] = pair(value[1]);
  return {top, left, bottom, right};
}

void zero_padding(KerasBuilder& b) {
  KerasValue value = padded_input(b);
  if (value.flat) b.refuse("pads what was flattened");
  const KerasSides more = sides_of(b, "padding");
  value.sides.top += more.top;
  value.sides.left += more.left;
  value.sides.bottom += more.bottom;
  value.sides.right += more.right;
  if (std::max({value.sides.top, value.sides.left, value.sides.bottom, value.sides.right}) > kMostSide)
    b.refuse("pads by more than any map has");
  b.set(value);
}

void cropping(KerasBuilder& b) {
  KerasValue value = b.windowed_input(0);
  if (value.flat) b.refuse("crops what was flattened");
  const KerasSides less = sides_of(b, "cropping");
  value.sides.top -= less.top;
  value.sides.left -= less.left;
  value.sides.bottom -= less.bottom;
  value.sides.right -= less.right;
  const MapShape left = b.whole_shape_of(value);
  if (std::min(left.height, left.width) < 1) b.refuse("cuts off all of a map");
  b.set(value);
}

/// So many pixels for each: copies of it, or between centres of pixels.
void upsampling(KerasBuilder& b) {
  const KerasValue value = b.input(0);
  if (value.flat) b.refuse("takes a map, but is given one that was flattened");
  const Extent size = b.extent("size", 2);
  const std::string between = b.text("interpolation", "nearest");
  if (between != "nearest" && between != "bilinear")
    b.refuse(fmt::format("has the interpolation '{}', expected nearest or bilinear", between));
  const bool linear = between == "bilinear";
  const auto axis = [&](int64_t pixels, int times) {
    return ResizeOp::Axis{pixels * times, static_cast<double>(times), linear ? 0.5 : 0.0,
                          linear ? -0.5 : 0.0};
  };
  const MapShape& map = b.shape_of(value);
  const ResizeOp op{axis(map.height, size.h), axis(map.width, size.w),
                    linear ? ResizeOp::Between::linear : ResizeOp::Between::floor};
  b.set({.node = b.append(op, {value.node})});
}

}  // namespace

KerasOperations keras_windows() {
  return {{"Conv2D", convolution},
          {"Convolution2D", convolution},
          {"DepthwiseConv2D", depthwise_convolution},
          {"SeparableConv2D", separable_convolution},
          {"SeparableConvolution2D", separable_convolution},
          {"MaxPooling2D", max_pool},
          {"MaxPool2D", max_pool},
          {"AveragePooling2D", average_pool},
          {"AvgPool2D", average_pool},
          {"GlobalAveragePooling2D", global_average_pool},
          {"GlobalAvgPool2D", global_average_pool},
          {"GlobalMaxPooling2D", global_max_pool},
          {"GlobalMaxPool2D", global_max_pool},
          {"UpSampling2D", upsampling},
          {"ZeroPadding2D", zero_padding},
          {"Cropping2D", cropping}};
}

}  // namespace dpac
