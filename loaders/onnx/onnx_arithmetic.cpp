#include <cmath>

#include <fmt/format.h>

#include "loaders/onnx/onnx_operations.h"

namespace dpac {
namespace {

using Kind = ActivationOp::Kind;

template <Kind kKind>
void activation(OnnxBuilder& b) {
  const OnnxValue value = b.input(0);
  if (value.constant) b.refuse("has a constant as its input 0, expected a map");
  float first = 0, second = 0;
  if (kKind == Kind::leaky_relu) first = b.current().real("alpha", 0.01f);
  if (kKind == Kind::hard_sigmoid) {
    first = b.current().real("alpha", 0.2f);
    second = b.current().real("beta", 0.5f);
    // What ONNX cannot say exactly.
    if (std::abs(first - 1.0f / 6) < 1e-6f) first = 1.0f / 6;
  }
  b.set_map(b.append(ActivationOp{kKind, first, second}, {value.node}), value);
}

void gelu(OnnxBuilder& b) {
  if (b.current().text("approximate", "none") != "none") b.refuse("approximates GELU by tanh");
  activation<Kind::gelu>(b);
}

std::optional<float> bound(OnnxBuilder& b, std::size_t input, const std::string& attribute) {
  if (b.current().attributes.contains(attribute)) return b.current().real(attribute, 0);
  if (!b.has_input(input)) return std::nullopt;
  const std::vector<float>& values = b.float_input(input);
  if (values.size() != 1) b.refuse(fmt::format("has {} values as its bound '{}'", values.size(), attribute));
  return values[0];
}

void clip(OnnxBuilder& b) {
  const OnnxValue value = b.input(0);
  if (value.constant) b.refuse("has a constant as its input 0, expected a map");
  const auto low = bound(b, 1, "min"), high = bound(b, 2, "max");
  if (low && high) {
    b.set_map(b.append(ActivationOp{Kind::clip, *low, *high}, {value.node}), value);
  } else if (low && *low == 0) {
    b.set_map(b.append(ActivationOp{Kind::relu}, {value.node}), value);
  } else {
    b.refuse("clips on one side only");
  }
}

/// A constant's values for each channel of a map; it may be one number.
std::vector<float> per_channel(OnnxBuilder& b, const OnnxTensor& constant, const OnnxValue& value) {
  const auto channels = static_cast<std::size_t>(b.shape_of(value.node).channels);
  if (!constant.is_float()) b.refuse("computes with integers and a map");
  const std::vector<float>& values = constant.floats();
  if (values.size() == 1) return std::vector<float>(channels, values[0]);
  const std::size_t rank = rank_of(value), missing = rank - std::min(rank, constant.shape.size());
  bool fits = values.size() == channels && constant.shape.size() <= rank;
  for (std::size_t axis = 0; fits && axis < constant.shape.size(); ++axis) {
    fits = constant.shape[axis] == 1 || axis + missing == channel_axis(b, value);
  }
  if (!fits) {
    b.refuse(fmt::format(
        "computes with a constant of shape {} and a map of {} (channels, height, width), expected one "
        "number, or one for each channel",
        to_string(constant.shape), to_string(b.shape_of(value.node))));
  }
  return std::vector<float>(values);
}

enum class Arithmetic { add, subtract, multiply, divide };

double result_of(Arithmetic kind, double x, double y) {
  switch (kind) {
    case Arithmetic::add:
      return x + y;
    case Arithmetic::subtract:
      return x - y;
    case Arithmetic::multiply:
      return x * y;
    case Arithmetic::divide:
      return x / y;
  }
  return 0;
}

/// Of numbers that shapes are computed with.
void with_constants(OnnxBuilder& b, Arithmetic kind) {
  const OnnxTensor &x = b.constant_input(0), &y = b.constant_input(1);
  if (x.is_float() || y.is_float()) b.refuse("computes with two constants that are no integers");
  const std::vector<int64_t>&p = x.integers(), &q = y.integers();
  if (p.empty() || q.empty() || (p.size() != q.size() && p.size() != 1 && q.size() != 1)) {
    b.refuse("computes with constants of different shapes");
  }
  OnnxTensor result{p.size() >= q.size() ? x.shape : y.shape, std::vector<int64_t>()};
  for (std::size_t i = 0; i < std::max(p.size(), q.size()); ++i) {
    const int64_t u = p[p.size() == 1 ? 0 : i], v = q[q.size() == 1 ? 0 : i];
    if (kind == Arithmetic::divide && v == 0) b.refuse("divides by zero");
    const double exact = result_of(kind, static_cast<double>(u), static_cast<double>(v));
    constexpr double kMost = 0x1p53;
    if (!(std::abs(exact) < kMost)) b.refuse("computes numbers too large for shapes");
    std::get<1>(result.values).push_back(static_cast<int64_t>(std::trunc(exact)));
  }
  b.set_output(0, {.constant = std::move(result)});
}

/// scale x + offset, where input `map` is x and the other a constant.
void with_constant(OnnxBuilder& b, Arithmetic kind, std::size_t map) {
  const OnnxValue value = b.input(map);
  std::vector<float> scale = per_channel(b, b.constant_input(1 - map), value), offset(scale.size(), 0.0f);
  if (kind == Arithmetic::add || kind == Arithmetic::subtract) {
    offset = scale;
    for (float& v : offset) v = kind == Arithmetic::subtract ? -v : v;
    scale.assign(scale.size(), 1.0f);
  }
  for (float& v : scale) {
    if (kind != Arithmetic::divide) break;
    if (v == 0) b.refuse("divides by zero");
    v = 1 / v;
  }
  add_affine(b, map, scale, offset);
}

/// x sigmoid(x) as one activation, where nothing else reads the factor.
bool joins_gate(OnnxBuilder& b, std::size_t gate) {
  const OnnxValue &factor = b.input(gate), &x = b.input(1 - gate);
  Node& own = b.node(factor.node);
  auto* activation = std::get_if<ActivationOp>(&own.op);
  if (activation == nullptr || own.inputs[0] != x.node || !b.read_once(gate)) return false;
  const bool hard =
      activation->kind == Kind::hard_sigmoid && activation->a == 1.0f / 6 && activation->b == 0.5f;
  if (activation->kind != Kind::sigmoid && !hard) return false;
  *activation = {hard ? Kind::hard_swish : Kind::silu};
  b.set_map(factor.node, factor);
  return true;
}

void of_maps(OnnxBuilder& b, Arithmetic kind) {
  const OnnxValue &x = b.input(0), &y = b.input(1);
  const bool vectors = rank_of(x) == 2 && rank_of(y) == 2 && b.shape_of(x.node).pixels() == 1;
  if ((x.axes != y.axes || x.groups != y.groups) && !vectors)
    b.refuse("computes with maps whose axes differ");
  if (kind == Arithmetic::add) return b.set_map(b.append(AddOp{}, {x.node, y.node}), x);
  if (kind != Arithmetic::multiply) b.refuse("subtracts or divides two maps");
  if (joins_gate(b, 0) || joins_gate(b, 1)) return;
  const bool swapped = b.shape_of(x.node).pixels() == 1 && b.shape_of(y.node).pixels() != 1;
  const OnnxValue &map = swapped ? y : x, &factor = swapped ? x : y;
  b.set_map(b.append(MultiplyOp{}, {map.node, factor.node}), map);
}

bool is_about(float value, double expected) {
  constexpr double kClose = 1e-6;
  return std::abs(static_cast<double>(value) - expected) < kClose;
}

/// Of a value that is divided by sqrt(2).
void erf(OnnxBuilder& b) {
  const OnnxValue value = b.input(0);
  const auto* scaled = value.constant ? nullptr : std::get_if<ChannelAffineOp>(&b.node(value.node).op);
  if (scaled == nullptr) b.refuse("is no part of a GELU");
  const auto channels = static_cast<std::size_t>(b.shape_of(value.node).channels);
  for (std::size_t c = 0; c < channels; ++c) {
    if (!is_about(scaled->scale[c], std::sqrt(0.5)) || scaled->offset[c] != 0)
      b.refuse("is no part of a GELU");
  }
  b.set_output(0, {.node = b.node(value.node).inputs[0], .axes = value.axes, .gelu = GeluStep::erf});
}

/// Whether an input is one number, about the expected one.
bool is_number(const OnnxValue& value, double expected) {
  return value.constant && value.constant->is_float() && value.constant->floats().size() == 1 &&
         is_about(value.constant->floats()[0], expected);
}

/// The next step of a GELU, where this is one: `step` is the input that has come so far.
bool goes_on_with_gelu(OnnxBuilder& b, Arithmetic kind, std::size_t step) {
  const OnnxValue value = b.any_input(step);
  if (value.gelu == GeluStep::none) return false;
  const OnnxValue& other = b.any_input(1 - step);
  OnnxValue next = value;
  if (value.gelu == GeluStep::erf && kind == Arithmetic::add && is_number(other, 1)) {
    next.gelu = GeluStep::one_plus_erf;
  } else if (value.gelu == GeluStep::one_plus_erf && kind == Arithmetic::multiply && !other.constant &&
             other.node == value.node && other.gelu == GeluStep::none) {
    next.gelu = GeluStep::twice;
  } else if (value.gelu == GeluStep::twice && kind == Arithmetic::multiply && is_number(other, 0.5)) {
    b.set_map(b.append(ActivationOp{Kind::gelu}, {value.node}), value);
    return true;
  } else {
    return false;
  }
  b.set_output(0, next);
  return true;
}

template <Arithmetic kKind>
void arithmetic(OnnxBuilder& b) {
  if (goes_on_with_gelu(b, kKind, 0) || goes_on_with_gelu(b, kKind, 1)) return;
  const bool first = b.input(0).constant.has_value(), second = b.input(1).constant.has_value();
  if (first && second) return with_constants(b, kKind);
  if (!first && !second) return of_maps(b, kKind);
  const bool commutes = kKind == Arithmetic::add || kKind == Arithmetic::multiply;
  if (first && !commutes) b.refuse("has a constant before the map");
  with_constant(b, kKind, first ? 1 : 0);
}

}  // namespace

OnnxOperations onnx_arithmetic() {
  return {{"Relu", activation<Kind::relu>},
          {"LeakyRelu", activation<Kind::leaky_relu>},
          {"Sigmoid", activation<Kind::sigmoid>},
          {"Tanh", activation<Kind::tanh>},
          {"HardSigmoid", activation<Kind::hard_sigmoid>},
          {"HardSwish", activation<Kind::hard_swish>},
          {"Gelu", gelu},
          {"Erf", erf},
          {"Clip", clip},
          {"Add", arithmetic<Arithmetic::add>},
          {"Sub", arithmetic<Arithmetic::subtract>},
          {"Mul", arithmetic<Arithmetic::multiply>},
          {"Div", arithmetic<Arithmetic::divide>}};
}

}  // namespace dpac
