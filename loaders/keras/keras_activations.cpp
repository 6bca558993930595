#include <optional>

#include <fmt/format.h>

#include "loaders/json_entries.h"
#include "loaders/keras/keras_operations.h"

namespace dpac {
namespace {

using Kind = ActivationOp::Kind;

constexpr float kDefaultSlope = 0.2f;  // Of the function; the layer's is 0.3.

/// A function by its name in Keras; unset where there is none of that name.
std::optional<ActivationOp> function_named(const std::string& name, int version) {
  const ActivationOp hard_sigmoid{Kind::hard_sigmoid, version >= 3 ? 1.0f / 6 : 0.2f, 0.5f};
  const std::map<std::string, ActivationOp> functions = {
      {"relu", {Kind::relu}},
      {"relu6", {Kind::clip, 0, 6}},
      {"leaky_relu", {Kind::leaky_relu, kDefaultSlope}},
      {"sigmoid", {Kind::sigmoid}},
      {"silu", {Kind::silu}},
      {"swish", {Kind::silu}},
      {"tanh", {Kind::tanh}},
      {"gelu", {Kind::gelu}},
      {"hard_sigmoid", hard_sigmoid},
      {"hard_silu", {Kind::hard_swish}},
      {"hard_swish", {Kind::hard_swish}},
  };
  const auto found = functions.find(name);
  if (found == functions.end()) return std::nullopt;
  return found->second;
}

/// A classifier's scores serve as well as their probabilities.
void leave_out_softmax(KerasBuilder& b, int node, bool flat) {
  if (b.graph().shape_of(node).pixels() != 1) b.refuse("is a softmax over a map, which is no classifier's");
  b.graph().assume(fmt::format("the softmax of '{}' is left out: predictions are those of what it reads",
                               b.current().name));
  b.set({.node = node, .flat = flat, .probabilities = true});
}

void set_function(KerasBuilder& b, const std::string& name, int node, bool flat, const std::string& ending) {
  if (name == "linear") return b.set({.node = node, .flat = flat});
  if (name == "softmax" || name == "log_softmax") return leave_out_softmax(b, node, flat);
  const auto op = function_named(name, b.model().version);
  if (!op) b.refuse(fmt::format("has the activation '{}', which cannot be run", name));
  b.set({.node = b.append(*op, {node}, ending), .flat = flat});
}

void set_op(KerasBuilder& b, const ActivationOp& op) {
  const KerasValue& input = b.input(0);
  b.set_map(b.append(op, {input.node}), input);
}

std::string activation_of(const KerasBuilder& b) {
  const nlohmann::json& value = b.entry("activation");
  if (value.is_null()) return "linear";
  if (!value.is_string()) b.refuse(fmt::format("has the activation {}, which cannot be run", shown(value)));
  return value.get<std::string>();
}

void activation(KerasBuilder& b) {
  const KerasValue& input = b.input(0);
  set_function(b, activation_of(b), input.node, input.flat, "");
}

void relu(KerasBuilder& b) {
  const double slope = b.real("negative_slope", 0);
  const bool bounded = !b.entry("max_value").is_null();
  const double most = b.real("max_value", 0);
  if (b.real("threshold", 0) != 0) b.refuse("has a threshold");
  if (bounded && (slope != 0 || most < 0)) b.refuse("has a largest value and a slope, or one below zero");
  if (bounded) return set_op(b, {Kind::clip, 0, static_cast<float>(most)});
  set_op(b,
         slope == 0 ? ActivationOp{Kind::relu} : ActivationOp{Kind::leaky_relu, static_cast<float>(slope)});
}

/// Its slope was called alpha before Keras 3.
void leaky_relu(KerasBuilder& b) {
  constexpr double kSlope = 0.3;
  set_op(b, {Kind::leaky_relu, static_cast<float>(b.real("negative_slope", b.real("alpha", kSlope)))});
}

void softmax(KerasBuilder& b) {
  const KerasValue& input = b.input(0);
  b.expect_channels(input);
  const nlohmann::json& axis = b.entry("axis");
  if (!axis.is_null() && axis != -1 && axis != (input.flat ? 1 : 3))
    b.refuse("is over another axis than the last");
  leave_out_softmax(b, input.node, input.flat);
}

void gelu(KerasBuilder& b) {
  if (b.flag("approximate", false)) b.refuse("approximates GELU by tanh");
  set_op(b, {Kind::gelu});
}

/// Functions of Keras 3, by their classes.
template <const char* kName>
void function(KerasBuilder& b) {
  const KerasValue& input = b.input(0);
  set_function(b, kName, input.node, input.flat, "");
}

constexpr char kRelu6[] = "relu6", kSigmoid[] = "sigmoid", kSilu[] = "silu", kTanh[] = "tanh",
               kHardSigmoid[] = "hard_sigmoid", kHardSilu[] = "hard_silu";

}  // namespace

void set_activated(KerasBuilder& b, int node, bool flat) {
  set_function(b, activation_of(b), node, flat, ".activation");
}

KerasOperations keras_activations() {
  return {{"Activation", activation},
          {"ReLU", relu},
          {"Relu", relu},
          {"LeakyReLU", leaky_relu},
          {"LeakyRelu", leaky_relu},
          {"Softmax", softmax},
          {"Gelu", gelu},
          {"Relu6", function<kRelu6>},
          {"Sigmoid", function<kSigmoid>},
          {"Silu", function<kSilu>},
          {"Tanh", function<kTanh>},
          {"HardSigmoid", function<kHardSigmoid>},
          {"HardSilu", function<kHardSilu>}};
}

}  // namespace dpac
