#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "loaders/onnx/onnx_operations.h"
#include "loaders/onnx/onnx_views.h"

namespace dpac {
namespace {

using Kind = ActivationOp::Kind;

template <Kind kKind>
void activation(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
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
  const OnnxValue value = b.map_value(0);
  const auto low = bound(b, 1, "min"), high = bound(b, 2, "max");
  if (low && high) {
    b.set_map(b.append(ActivationOp{Kind::clip, *low, *high}, {value.node}), value);
  } else if (low && *low == 0) {
    b.set_map(b.append(ActivationOp{Kind::relu}, {value.node}), value);
  } else {
    b.refuse("clips on one side only");
  }
}

/// A constant's values for each channel of a map, if it is one number or has so many values along its
/// channels.
std::optional<std::vector<float>> per_channel(OnnxBuilder& b, const OnnxTensor& constant,
                                              const OnnxValue& value) {
  const auto channels = static_cast<std::size_t>(b.shape_of(value.node).channels);
  const std::vector<float>& values = constant.floats();
  if (values.size() == 1) return std::vector<float>(channels, values[0]);
  const std::size_t rank = rank_of(value), missing = rank - std::min(rank, constant.shape.size());
  bool fits = values.size() == channels && constant.shape.size() <= rank;
  for (std::size_t axis = 0; fits && axis < constant.shape.size(); ++axis) {
    fits = constant.shape[axis] == 1 || axis + missing == find_channel_axis(b, value);
  }
  return fits ? std::optional(values) : std::nullopt;
}

/// Values [channels][pixels] of what lists them as [pixels][channels].
std::vector<float> channels_first(const std::vector<float>& values, std::size_t channels) {
  const std::size_t pixels = values.size() / channels;
  std::vector<float> ordered(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) ordered[i % channels * pixels + i / channels] = values[i];
  return ordered;
}

/// A constant's values for each element of a map, in the map's own order.
std::vector<float> per_element(OnnxBuilder& b, const OnnxTensor& constant, const OnnxValue& value) {
  Shape axes = axes_of(b, value);
  axes.insert(axes.begin(), 1);
  const std::size_t rank = axes.size(), missing = rank - std::min(rank, constant.shape.size());
  bool fits =
      constant.shape.size() <= rank && value.axes != OnnxAxes::shuffled && value.axes != OnnxAxes::listed;
  for (std::size_t axis = 0; fits && axis < constant.shape.size(); ++axis)
    fits = constant.shape[axis] == 1 || constant.shape[axis] == axes[axis + missing];
  if (!fits) {
    b.refuse(fmt::format(
        "computes with a constant of shape {} and a map of {} (channels, height, width), expected one "
        "number, or one for each channel or each element of the map",
        to_string(constant.shape), to_string(b.shape_of(value.node))));
  }
  b.count_constants(2 * element_count(axes));  // A scale and an offset.
  const OnnxTensor whole = taken(constant, axes, broadcast_view(constant.shape, axes));
  const bool last = value.axes == OnnxAxes::hwc || value.axes == OnnxAxes::flat_hwc;
  const auto channels = static_cast<std::size_t>(b.shape_of(value.node).channels);
  return last ? channels_first(whole.floats(), channels) : whole.floats();
}

enum class Arithmetic { add, subtract, multiply, divide };

/// scale x + offset.
struct Affine {
  std::vector<float> scale, offset;
};

/// What becomes of x with constants c, where x is the input `map`.
Affine affine_of(OnnxBuilder& b, Arithmetic kind, std::size_t map, std::vector<float> c) {
  const std::size_t count = c.size();
  const auto everywhere = [&](float v) { return std::vector<float>(count, v); };
  switch (kind) {
    case Arithmetic::add:
      return {everywhere(1), std::move(c)};
    case Arithmetic::multiply:
      break;
    case Arithmetic::subtract:
      if (map == 1) return {everywhere(-1), std::move(c)};  // c - x.
      for (float& v : c) v = -v;
      return {everywhere(1), std::move(c)};
    case Arithmetic::divide:
      if (map == 1) b.refuse("divides a constant by a map");
      for (float& v : c) {
        if (v == 0) b.refuse("divides by zero");
        v = 1 / v;
      }
  }
  return {std::move(c), everywhere(0)};
}

/// Of input `map` and a constant.
void with_constant(OnnxBuilder& b, Arithmetic kind, std::size_t map) {
  const OnnxValue value = b.input(map);
  const OnnxTensor& constant = b.constant_input(1 - map);
  if (!constant.is_float()) b.refuse("computes with integers and a map");
  if (auto c = per_channel(b, constant, value)) {
    const Affine affine = affine_of(b, kind, map, std::move(*c));
    return add_affine(b, map, affine.scale, affine.offset);
  }
  const Affine affine = affine_of(b, kind, map, per_element(b, constant, value));
  const MapShape& own = b.shape_of(value.node);
  const Shape shape{own.channels, own.height, own.width};
  b.set_map(
      b.append(ElementwiseAffineOp{share(Tensor(shape, affine.scale)), share(Tensor(shape, affine.offset))},
               {value.node}),
      value);
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

/// What a map repeats everywhere: a product does that by itself.
int one_pixel_of(OnnxBuilder& b, int map) {
  const Node& own = b.node(map);
  const bool repeats = std::holds_alternative<ResizeOp>(own.op) && b.shape_of(own.inputs[0]).pixels() == 1;
  return repeats ? own.inputs[0] : map;
}

/// What two maps are broadcast to.
MapShape common_shape(OnnxBuilder& b, int x, int y) {
  const MapShape &p = b.shape_of(x), &q = b.shape_of(y);
  return {std::max(p.channels, q.channels), std::max(p.height, q.height), std::max(p.width, q.width)};
}

/// x + y, x - y or x / y.
int element_by_element(OnnxBuilder& b, Arithmetic kind, int x, int y) {
  const MapShape shape = common_shape(b, x, y);
  x = broadcast_map(b, x, shape);
  y = broadcast_map(b, y, shape);
  if (kind == Arithmetic::divide) return b.append(DivideOp{}, {x, y});
  if (kind == Arithmetic::subtract) {
    const auto channels = static_cast<std::size_t>(shape.channels);
    const std::vector<float> minus(channels, -1.0f), zeros(channels, 0.0f);
    y = b.append(channel_affine(minus, zeros), {y});
  }
  return b.append(AddOp{}, {x, y});
}

/// x y, where a map of one pixel need not be repeated.
int product(OnnxBuilder& b, int x, int y) {
  const MapShape shape = common_shape(b, x, y);
  const auto factor_of = [&](int map) {
    const MapShape own = b.shape_of(one_pixel_of(b, map));
    return broadcast_map(b, one_pixel_of(b, map), {shape.channels, own.height, own.width});
  };
  const int p = factor_of(x), q = factor_of(y);
  const bool swapped = b.shape_of(p).pixels() == 1 && shape.pixels() != 1;
  const int factor = swapped ? p : q;
  const int whole = broadcast_map(b, swapped ? y : x, shape);
  if (b.shape_of(factor).pixels() == 1) return b.append(MultiplyOp{}, {whole, factor});
  return b.append(MultiplyOp{}, {whole, broadcast_map(b, factor, shape)});
}

/// Whether the axes of two values are those of their maps in one order, so that arithmetic with maps is
/// theirs.
bool are_alike(OnnxBuilder& b, const OnnxValue& x, const OnnxValue& y) {
  const bool alike = x.axes == y.axes && x.groups == y.groups && x.subgroups == y.subgroups;
  if (rank_of(x) != 2 || rank_of(y) != 2) return alike;
  const MapShape &p = b.shape_of(x.node), &q = b.shape_of(y.node);
  if (p.pixels() == 1 && q.pixels() == 1) return true;  // Vectors.
  constexpr MapShape kNumber{1, 1, 1};
  return alike && (p == q || p == kNumber || q == kNumber);
}

void of_maps(OnnxBuilder& b, Arithmetic kind) {
  const OnnxValue x = b.input(0), y = b.input(1);
  if (!are_alike(b, x, y)) b.refuse("computes with maps whose axes differ");
  if (kind != Arithmetic::multiply) return b.set_map(element_by_element(b, kind, x.node, y.node), x);
  if (joins_gate(b, 0) || joins_gate(b, 1)) return;
  b.set_map(product(b, x.node, y.node), x);
}

bool is_about(float value, double expected) {
  constexpr double kClose = 1e-6;
  return std::abs(static_cast<double>(value) - expected) < kClose;
}

/// Of a value that is divided by sqrt(2).
void erf(OnnxBuilder& b) {
  const OnnxValue value = b.map_value(0);
  const auto* scaled = std::get_if<ChannelAffineOp>(&b.node(value.node).op);
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
             other.node == value.node && other.gelu == GeluStep::none && !other.is_padded()) {
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
  const bool first = b.input(0).constant != nullptr, second = b.input(1).constant != nullptr;
  if (!first && !second) return of_maps(b, kKind);
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
