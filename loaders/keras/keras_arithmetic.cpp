#include <cmath>

#include <fmt/format.h>

#include "loaders/keras/keras_operations.h"

namespace dpac {
namespace {

/// Whether an axis, or the only one of a list, is the channels.
bool is_channels(const nlohmann::json& axis, const KerasValue& value) {
  const nlohmann::json& one = axis.is_array() && axis.size() == 1 ? axis[0] : axis;
  return one.is_null() || one == -1 || one == (value.flat ? 1 : 3);
}

std::size_t channels_of(const KerasBuilder& b, const KerasValue& value) {
  b.expect_channels(value);
  return static_cast<std::size_t>(b.shape_of(value).channels);
}

/// scale[c] x + offset[c] of a value, which becomes the current layer's.
void set_affine(KerasBuilder& b, const KerasValue& value, const std::vector<double>& scale,
                const std::vector<double>& offset) {
  const int node = b.graph().add_affine(b.current().name, value.node, value.alone,
                                        {scale.begin(), scale.end()}, {offset.begin(), offset.end()});
  b.set_map(node, value);
}

/// What a layer has for each channel: those of `names` that its flags do not turn off, else 1, 0, ...
void expect_sizes(const KerasBuilder& b, const std::vector<Tensor>& arrays, std::size_t channels) {
  for (const Tensor& array : arrays) {
    if (array.values().size() == channels) continue;
    b.refuse(fmt::format("has {} values for {} channels", array.values().size(), channels));
  }
}

struct Affine {
  std::vector<std::string> names;
  bool scaled, centred;
};

Affine affine_of(const KerasBuilder& b) {
  Affine affine{{}, b.flag("scale", true), b.flag("center", true)};
  if (affine.scaled) affine.names.emplace_back("gamma");
  if (affine.centred) affine.names.emplace_back("beta");
  return affine;
}

/// Its variance may round below zero, but not below epsilon.
void batch_normalization(KerasBuilder& b) {
  const KerasValue& input = b.input(0);
  const std::size_t channels = channels_of(b, input);
  if (!is_channels(b.entry("axis"), input)) b.refuse("normalises along another axis than the channels");
  Affine affine = affine_of(b);
  affine.names.insert(affine.names.end(), {"moving_mean", "moving_variance"});
  const std::vector<Tensor> arrays = b.arrays(affine.names);
  expect_sizes(b, arrays, channels);
  const double epsilon = b.real("epsilon", 1e-3);
  const auto value = [&](std::size_t array, std::size_t c) {
    return static_cast<double>(arrays[array].values()[c]);
  };
  const std::size_t mean = arrays.size() - 2;
  std::vector<double> scale(channels), offset(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const double variance = value(mean + 1, c) + epsilon;
    if (variance <= 0) b.refuse(fmt::format("has a variance of {} with epsilon", variance));
    scale[c] = (affine.scaled ? value(0, c) : 1) / std::sqrt(variance);
    offset[c] = (affine.centred ? value(mean - 1, c) : 0) - scale[c] * value(mean, c);
  }
  set_affine(b, input, scale, offset);
}

void layer_normalization(KerasBuilder& b) {
  const KerasValue& input = b.input(0);
  const std::size_t channels = channels_of(b, input);
  if (!is_channels(b.entry("axis"), input)) b.refuse("normalises over other axes than the channels");
  if (b.flag("rms_scaling", false)) b.refuse("does not subtract the mean");
  const Affine affine = affine_of(b);
  const std::vector<Tensor> arrays = affine.names.empty() ? std::vector<Tensor>() : b.arrays(affine.names);
  expect_sizes(b, arrays, channels);
  const auto list = [&](bool given, std::size_t array, float otherwise) {
    if (!given) return std::vector<float>(channels, otherwise);
    return std::vector<float>(arrays[array].values().begin(), arrays[array].values().end());
  };
  const LayerNormOp op{pad_channels(list(affine.scaled, 0, 1)),
                       pad_channels(list(affine.centred, affine.names.size() - 1, 0)),
                       static_cast<float>(b.real("epsilon", 1e-3))};
  b.set_map(b.append(op, {input.node}), input);
}

/// ConvNeXt's.
void layer_scale(KerasBuilder& b) {
  const KerasValue& input = b.input(0);
  const std::size_t channels = channels_of(b, input);
  const std::vector<Tensor> arrays = b.arrays({"gamma"});
  expect_sizes(b, arrays, channels);
  set_affine(b, input, {arrays[0].values().begin(), arrays[0].values().end()},
             std::vector<double>(channels, 0));
}

void rescaling(KerasBuilder& b) {
  const KerasValue& input = b.input(0);
  const std::size_t channels = channels_of(b, input);
  const std::vector<double> offset =
      b.entry("offset").is_null() ? std::vector<double>(channels, 0) : keras_numbers(b, "offset", channels);
  set_affine(b, input, keras_numbers(b, "scale", channels), offset);
}

/// (x - mean) / sqrt(variance), by numbers in the configuration or, after adapt(), among the weights.
void normalization(KerasBuilder& b) {
  constexpr double kSmallest = 1e-7;  // keras.backend.epsilon().
  const KerasValue& input = b.input(0);
  const std::size_t channels = channels_of(b, input);
  if (b.flag("invert", false)) b.refuse("is inverted");
  if (!is_channels(b.entry("axis"), input)) b.refuse("normalises along another axis than the channels");
  std::vector<double> mean, variance;
  if (b.entry("mean").is_null()) {
    const std::vector<Tensor> arrays = b.arrays({"mean", "variance", "count"}, 1);
    expect_sizes(b, arrays, channels);
    mean.assign(arrays[0].values().begin(), arrays[0].values().end());
    variance.assign(arrays[1].values().begin(), arrays[1].values().end());
  } else {
    mean = keras_numbers(b, "mean", channels);
    variance = keras_numbers(b, "variance", channels);
  }
  for (std::size_t c = 0; c < channels; ++c) {
    if (!(variance[c] >= 0)) b.refuse(fmt::format("has the variance {}", variance[c]));
    variance[c] = 1 / std::max(std::sqrt(variance[c]), kSmallest);
    mean[c] *= -variance[c];
  }
  set_affine(b, input, variance, mean);
}

void expect_one_form(KerasBuilder& b) {
  for (std::size_t i = 1; i < b.input_count(); ++i) {
    if (b.input(i).flat != b.input(0).flat) b.refuse("computes with a map and a vector");
  }
}

/// Where the call is of a tensor and a number.
bool set_scaled(KerasBuilder& b) {
  const auto scale = keras_scale(b.current());
  if (!scale) return false;
  const KerasValue& input = b.input(b.is_number(0) ? 1 : 0);
  const auto channels = static_cast<std::size_t>(b.shape_of(input).channels);
  set_affine(b, input, std::vector<double>(channels, scale->scale),
             std::vector<double>(channels, scale->offset));
  return true;
}

int sum(KerasBuilder& b) {
  expect_one_form(b);
  int node = b.input(0).node;
  for (std::size_t i = 1; i < b.input_count(); ++i) node = b.append(AddOp{}, {node, b.input(i).node});
  return node;
}

void add(KerasBuilder& b) {
  if (set_scaled(b)) return;
  b.set_map(sum(b), b.input(0));
}

/// Inception-ResNet's: x + scale y.
void scaled_sum(KerasBuilder& b) {
  expect_one_form(b);
  if (b.input_count() != 2) b.refuse("reads something else than two tensors");
  const KerasValue &x = b.input(0), &y = b.input(1);
  const auto channels = static_cast<std::size_t>(b.shape_of(y).channels);
  const std::vector<float> scale(channels, static_cast<float>(b.real("scale", 1))), zeros(channels, 0.0f);
  const int scaled = b.graph().add_affine(b.current().name + ".scale", y.node, y.alone, scale, zeros);
  b.set_map(b.append(AddOp{}, {x.node, scaled}), x);
}

void average(KerasBuilder& b) {
  const int node = sum(b);
  const auto channels = static_cast<std::size_t>(b.graph().shape_of(node).channels);
  set_affine(b, {.node = node, .flat = b.input(0).flat, .alone = false},
             std::vector<double>(channels, 1.0 / static_cast<double>(b.input_count())),
             std::vector<double>(channels, 0));
}

/// A map of one pixel stands for all pixels of the other.
void multiply(KerasBuilder& b) {
  if (set_scaled(b)) return;
  expect_one_form(b);
  int node = b.input(0).node;
  for (std::size_t i = 1; i < b.input_count(); ++i) {
    int factor = b.input(i).node;
    if (b.graph().shape_of(node).pixels() < b.graph().shape_of(factor).pixels()) std::swap(node, factor);
    node = b.append(MultiplyOp{}, {node, factor});
  }
  b.set_map(node, b.input(0));
}

void only_with_number(KerasBuilder& b) {
  if (!set_scaled(b)) b.refuse("subtracts or divides two tensors, or by zero");
}

enum class Arithmetic { add, multiply, subtract, divide };

std::optional<Arithmetic> arithmetic_of(const KerasCall& call) {
  static const std::map<std::string, Arithmetic> kClasses = {{"Add", Arithmetic::add},
                                                             {"Multiply", Arithmetic::multiply},
                                                             {"Subtract", Arithmetic::subtract},
                                                             {"Divide", Arithmetic::divide},
                                                             {"TrueDivide", Arithmetic::divide},
                                                             {"__operators__.add", Arithmetic::add},
                                                             {"math.add", Arithmetic::add},
                                                             {"math.multiply", Arithmetic::multiply},
                                                             {"math.subtract", Arithmetic::subtract},
                                                             {"math.truediv", Arithmetic::divide},
                                                             {"math.divide", Arithmetic::divide}};
  const bool tensorflow = call.type == "TFOpLambda" && call.config.is_object() &&
                          call.config.value("function", nlohmann::json()).is_string();
  const auto found = kClasses.find(tensorflow ? call.config["function"].get<std::string>() : call.type);
  if (found == kClasses.end()) return std::nullopt;
  return found->second;
}

/// What tf.keras calls functions of TensorFlow.
void tensorflow_function(KerasBuilder& b) {
  const auto kind = arithmetic_of(b.current());
  if (!kind) b.refuse(fmt::format("calls '{}', which cannot be run", b.text("function", "")));
  if (*kind == Arithmetic::add) return add(b);
  *kind == Arithmetic::multiply ? multiply(b) : only_with_number(b);
}

}  // namespace

std::optional<KerasScale> keras_scale(const KerasCall& call) {
  const auto kind = arithmetic_of(call);
  if (!kind || call.inputs.size() != 2 || call.inputs[0].index() == call.inputs[1].index())
    return std::nullopt;
  const bool first = std::holds_alternative<double>(call.inputs[0]);
  const double number = std::get<double>(call.inputs[first ? 0 : 1]);
  if (*kind == Arithmetic::add) return KerasScale{1, number};
  if (*kind == Arithmetic::multiply) return KerasScale{number, 0};
  if (*kind == Arithmetic::subtract) return first ? KerasScale{-1, number} : KerasScale{1, -number};
  if (first || number == 0) return std::nullopt;
  return KerasScale{1 / number, 0};
}

KerasOperations keras_arithmetic() {
  return {{"BatchNormalization", batch_normalization},
          {"BatchNormalizationV1", batch_normalization},
          {"BatchNormalizationV2", batch_normalization},
          {"SyncBatchNormalization", batch_normalization},
          {"LayerNormalization", layer_normalization},
          {"LayerScale", layer_scale},
          {"Rescaling", rescaling},
          {"Normalization", normalization},
          {"Add", add},
          {"Average", average},
          {"CustomScaleLayer", scaled_sum},
          {"Multiply", multiply},
          {"Subtract", only_with_number},
          {"Divide", only_with_number},
          {"TrueDivide", only_with_number},
          {"TFOpLambda", tensorflow_function}};
}

}  // namespace dpac
