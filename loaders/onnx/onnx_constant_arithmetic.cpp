#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/onnx/onnx_constants.h"
#include "loaders/onnx/onnx_views.h"

namespace dpac {
namespace {

[[noreturn]] void refuse_size() {
  throw Error("computes integers that do not fit 64 bits");
}

[[noreturn]] void refuse_types() {
  throw Error("computes with integers and floating-point numbers at once");
}

// What becomes of two numbers. Of integers, truth values are 0 and 1.

struct Add {
  static float of(float x, float y) { return x + y; }
  static int64_t of(int64_t x, int64_t y) {
    int64_t sum = 0;
    if (__builtin_add_overflow(x, y, &sum)) refuse_size();
    return sum;
  }
};

struct Subtract {
  static float of(float x, float y) { return x - y; }
  static int64_t of(int64_t x, int64_t y) {
    int64_t difference = 0;
    if (__builtin_sub_overflow(x, y, &difference)) refuse_size();
    return difference;
  }
};

struct Multiply {
  static float of(float x, float y) { return x * y; }
  static int64_t of(int64_t x, int64_t y) {
    int64_t product = 0;
    if (__builtin_mul_overflow(x, y, &product)) refuse_size();
    return product;
  }
};

void expect_divisor(int64_t x, int64_t y) {
  if (y == 0) throw Error("divides by zero");
  if (x == std::numeric_limits<int64_t>::min() && y == -1) refuse_size();
}

struct Divide {
  static float of(float x, float y) {
    if (y == 0) throw Error("divides by zero");
    return x / y;
  }
  static int64_t of(int64_t x, int64_t y) {
    expect_divisor(x, y);
    return x / y;
  }
};

/// With the sign of the dividend (fmod), as ONNX has it for floating-point numbers.
struct Remainder {
  static float of(float x, float y) { return std::fmod(x, y); }
  static int64_t of(int64_t x, int64_t y) {
    expect_divisor(x, y);
    return x % y;
  }
};

/// With the sign of the divisor.
struct Modulo {
  static float of(float, float) { throw Error("takes the integers' remainder of floating-point numbers"); }
  static int64_t of(int64_t x, int64_t y) {
    const int64_t rest = Remainder::of(x, y);
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
  }
};

struct Power {
  static float of(float x, float y) { return std::pow(x, y); }
  static int64_t of(int64_t x, int64_t y) {
    constexpr double kExact = 0x1p53;
    const double power = std::pow(static_cast<double>(x), static_cast<double>(y));
    if (!(std::abs(power) < kExact)) refuse_size();
    return static_cast<int64_t>(power);
  }
};

struct Largest {
  template <class T>
  static T of(T x, T y) {
    return std::max(x, y);
  }
};

struct Smallest {
  template <class T>
  static T of(T x, T y) {
    return std::min(x, y);
  }
};

struct Equal {
  template <class T>
  static int64_t of(T x, T y) {
    return x == y;
  }
};

struct Less {
  template <class T>
  static int64_t of(T x, T y) {
    return x < y;
  }
};

struct LessOrEqual {
  template <class T>
  static int64_t of(T x, T y) {
    return x <= y;
  }
};

struct Greater {
  template <class T>
  static int64_t of(T x, T y) {
    return x > y;
  }
};

struct GreaterOrEqual {
  template <class T>
  static int64_t of(T x, T y) {
    return x >= y;
  }
};

struct And {
  template <class T>
  static int64_t of(T x, T y) {
    return x != 0 && y != 0;
  }
};

struct Or {
  template <class T>
  static int64_t of(T x, T y) {
    return x != 0 || y != 0;
  }
};

template <class Function>
OnnxTensor joined(const OnnxTensor& x, const OnnxTensor& y) {
  const Shape shape = broadcast_shape(x.shape, y.shape);
  const std::size_t count = constant_size(shape);
  return std::visit(
      [&]<class T, class U>(const std::vector<T>& p, const std::vector<U>& q) -> OnnxTensor {
        if constexpr (!std::is_same_v<T, U>) {
          refuse_types();
        } else {
          std::vector<decltype(Function::of(T{}, T{}))> values;
          values.reserve(count);
          for_elements<2>(shape, {broadcast_view(x.shape, shape), broadcast_view(y.shape, shape)},
                          [&](std::size_t i, std::size_t k) { values.push_back(Function::of(p[i], q[k])); });
          return {shape, std::move(values)};
        }
      },
      x.values, y.values);
}

template <class Function>
OnnxTensor of_two(const OnnxArguments& a) {
  return joined<Function>(a.at(0), a.at(1));
}

/// Of any number of inputs.
template <class Function>
OnnxTensor of_all(const OnnxArguments& a) {
  OnnxTensor result = a.at(0);
  for (std::size_t i = 1; i < a.inputs.size(); ++i) result = joined<Function>(result, a.at(i));
  return result;
}

OnnxTensor modulo(const OnnxArguments& a) {
  return a.node.integer("fmod", 0) != 0 ? of_two<Remainder>(a) : of_two<Modulo>(a);
}

// What becomes of one number.

struct Negative {
  static float of(float x) { return -x; }
  static int64_t of(int64_t x) { return Subtract::of(int64_t{0}, x); }
};

struct Magnitude {
  static float of(float x) { return std::abs(x); }
  static int64_t of(int64_t x) { return x < 0 ? Negative::of(x) : x; }
};

struct Truth {
  template <class T>
  static int64_t of(T x) {
    return x != 0;
  }
};

struct Not {
  template <class T>
  static int64_t of(T x) {
    return x == 0;
  }
};

template <class Function>
OnnxTensor of_each(const OnnxArguments& a) {
  const OnnxTensor& x = a.at(0);
  return std::visit(
      [&]<class T>(const std::vector<T>& values) -> OnnxTensor {
        std::vector<decltype(Function::of(T{}))> result(values.size());
        std::transform(values.begin(), values.end(), result.begin(), [](T v) { return Function::of(v); });
        return {x.shape, std::move(result)};
      },
      x.values);
}

/// Of floating-point numbers.
template <float (*kFunction)(float)>
OnnxTensor of_each_float(const OnnxArguments& a) {
  OnnxTensor x = a.at(0);
  if (!x.is_float()) throw Error("has integers as its input 0, expected floating-point numbers");
  for (float& v : std::get<0>(x.values)) v = kFunction(v);
  return x;
}

float ceiling(float x) {
  return std::ceil(x);
}
float floor_of(float x) {
  return std::floor(x);
}
float rounded(float x) {
  return std::nearbyint(x);
}
float root(float x) {
  return std::sqrt(x);
}
float reciprocal(float x) {
  return 1 / x;
}

int64_t whole_number(float x) {
  constexpr float kMost = 0x1p63f;
  if (!(std::abs(x) < kMost)) refuse_size();
  return static_cast<int64_t>(x);
}

OnnxTensor cast(const OnnxArguments& a) {
  constexpr int64_t kFloat = 1, kBool = 9, kFloat16 = 10, kDouble = 11, kBfloat16 = 16;  // onnx.proto3.
  constexpr std::array<int64_t, 8> kIntegers = {2, 3, 4, 5, 6, 7, 12, 13};
  const OnnxTensor& x = a.at(0);
  const int64_t to = a.node.integer("to", kFloat);
  const bool floats = to == kFloat || to == kFloat16 || to == kDouble || to == kBfloat16,
             integers = std::find(kIntegers.begin(), kIntegers.end(), to) != kIntegers.end();
  if (to == kBool) return of_each<Truth>(a);
  if (floats == integers) throw Error(fmt::format("casts to the type {}, expected numbers", to));
  if (floats == x.is_float()) return x;
  if (floats) return {x.shape, std::vector<float>(x.integers().begin(), x.integers().end())};
  std::vector<int64_t> whole(x.floats().size());
  std::transform(x.floats().begin(), x.floats().end(), whole.begin(), whole_number);
  return {x.shape, std::move(whole)};
}

OnnxTensor where(const OnnxArguments& a) {
  const std::vector<int64_t>& condition = a.integers(0);
  const OnnxTensor &x = a.at(1), &y = a.at(2);
  const Shape shape = broadcast_shape(a.at(0).shape, broadcast_shape(x.shape, y.shape));
  const std::size_t count = constant_size(shape);
  return std::visit(
      [&]<class T, class U>(const std::vector<T>& p, const std::vector<U>& q) -> OnnxTensor {
        if constexpr (!std::is_same_v<T, U>) {
          refuse_types();
        } else {
          std::vector<T> values;
          values.reserve(count);
          for_elements<3>(shape,
                          {broadcast_view(a.at(0).shape, shape), broadcast_view(x.shape, shape),
                           broadcast_view(y.shape, shape)},
                          [&](std::size_t c, std::size_t i, std::size_t k) {
                            values.push_back(condition[c] != 0 ? p[i] : q[k]);
                          });
          return {shape, std::move(values)};
        }
      },
      x.values, y.values);
}

/// Over the axes that the node names, or all.
template <class Function>
OnnxTensor reduced(const OnnxArguments& a) {
  const OnnxTensor& x = a.at(0);
  const std::vector<int64_t> named = a.integers(1, "axes").value_or(std::vector<int64_t>{});
  if (named.empty() && a.node.integer("noop_with_empty_axes", 0) != 0) return x;
  std::vector<std::size_t> axes = axes_from_start(named, x.shape.size());
  for (std::size_t axis = 0; named.empty() && axis < x.shape.size(); ++axis) axes.push_back(axis);
  Shape kept = x.shape, result;
  for (const std::size_t axis : axes) kept[axis] = 1;
  for (std::size_t axis = 0; axis < kept.size(); ++axis) {
    const bool gone = std::find(axes.begin(), axes.end(), axis) != axes.end();
    if (!gone || a.node.integer("keepdims", 1) != 0) result.push_back(kept[axis]);
  }
  if (element_count(x.shape) == 0) throw Error("computes with a constant of no values");
  return std::visit(
      [&]<class T>(const std::vector<T>& values) -> OnnxTensor {
        const std::size_t count = constant_size(kept);
        std::vector<T> sums(count);
        std::vector<bool> begun(count, false);
        for_elements<2>(x.shape, {view_of(x.shape), broadcast_view(kept, x.shape)},
                        [&](std::size_t from, std::size_t to) {
                          sums[to] = begun[to] ? Function::of(sums[to], values[from]) : values[from];
                          begun[to] = true;
                        });
        return {result, std::move(sums)};
      },
      x.values);
}

OnnxTensor mean(const OnnxArguments& a) {
  OnnxTensor sums = reduced<Add>(a);
  if (!sums.is_float()) throw Error("takes the mean of integers");
  const int64_t count = element_count(a.at(0).shape) / element_count(sums.shape);
  for (float& v : std::get<0>(sums.values)) v /= static_cast<float>(count);
  return sums;
}

/// Between bounds, attributes in opsets before 11.
OnnxTensor clip(const OnnxArguments& a) {
  OnnxTensor x = a.at(0);
  const auto bound = [&](std::size_t input, const std::string& attribute) -> std::optional<OnnxTensor> {
    if (a.node.attributes.contains(attribute))
      return OnnxTensor{{}, std::vector<float>{a.node.real(attribute, 0)}};
    if (!a.has(input)) return std::nullopt;
    return a.at(input);
  };
  if (const auto low = bound(1, "min")) x = joined<Largest>(x, *low);
  if (const auto high = bound(2, "max")) x = joined<Smallest>(x, *high);
  return x;
}

/// Mean and variance of all elements with the same place along axis 1.
struct Moments {
  std::vector<double> mean, variance;
};

Moments moments_of(const OnnxTensor& x, const OnnxView& channel) {
  const auto channels = static_cast<std::size_t>(x.shape[1]);
  const double share = static_cast<double>(channels) / static_cast<double>(x.floats().size());
  Moments m{std::vector<double>(channels, 0.0), std::vector<double>(channels, 0.0)};
  const auto value = [&](std::size_t i) { return static_cast<double>(x.floats()[i]); };
  for_elements<2>(x.shape, {view_of(x.shape), channel},
                  [&](std::size_t i, std::size_t c) { m.mean[c] += share * value(i); });
  for_elements<2>(x.shape, {view_of(x.shape), channel}, [&](std::size_t i, std::size_t c) {
    m.variance[c] += share * (value(i) - m.mean[c]) * (value(i) - m.mean[c]);
  });
  return m;
}

/// Of weights, as weight standardisation has it: (x - mean) / sqrt(variance + epsilon) * scale + shift for
/// each element along axis 1; in training mode with its own mean and variance.
OnnxTensor batch_normalization(const OnnxArguments& a) {
  OnnxTensor x = a.at(0);
  if (x.shape.size() < 2 || !x.is_float()) throw Error("normalises what has no channels");
  for (std::size_t i = 1; i <= 4; ++i) {
    if (a.at(i).is_float() && a.at(i).shape == Shape{x.shape[1]}) continue;
    throw Error(fmt::format("has an input {} of shape {}, expected numbers for {} channels", i,
                            to_string(a.at(i).shape), x.shape[1]));
  }
  const double epsilon = static_cast<double>(a.node.real("epsilon", 1e-5f));
  OnnxView channel{0, std::vector<int64_t>(x.shape.size(), 0)};
  channel.strides[1] = 1;
  const std::vector<float>&scale = a.at(1).floats(), &shift = a.at(2).floats(), &known = a.at(3).floats(),
        &variance = a.at(4).floats();
  const Moments m = a.node.integer("training_mode", 0) != 0
                        ? moments_of(x, channel)
                        : Moments{{known.begin(), known.end()}, {variance.begin(), variance.end()}};
  for_elements<2>(x.shape, {view_of(x.shape), channel}, [&](std::size_t i, std::size_t c) {
    float& v = std::get<0>(x.values)[i];
    const double normal = (static_cast<double>(v) - m.mean[c]) / std::sqrt(m.variance[c] + epsilon);
    v = static_cast<float>(normal * static_cast<double>(scale[c]) + static_cast<double>(shift[c]));
  });
  return x;
}

}  // namespace

OnnxConstantOperations onnx_constant_arithmetic() {
  return {{"Add", one_output<of_two<Add>>},
          {"Sub", one_output<of_two<Subtract>>},
          {"Mul", one_output<of_two<Multiply>>},
          {"Div", one_output<of_two<Divide>>},
          {"Mod", one_output<modulo>},
          {"Pow", one_output<of_two<Power>>},
          {"Max", one_output<of_all<Largest>>},
          {"Min", one_output<of_all<Smallest>>},
          {"Equal", one_output<of_two<Equal>>},
          {"Less", one_output<of_two<Less>>},
          {"LessOrEqual", one_output<of_two<LessOrEqual>>},
          {"Greater", one_output<of_two<Greater>>},
          {"GreaterOrEqual", one_output<of_two<GreaterOrEqual>>},
          {"And", one_output<of_two<And>>},
          {"Or", one_output<of_two<Or>>},
          {"Neg", one_output<of_each<Negative>>},
          {"Abs", one_output<of_each<Magnitude>>},
          {"Not", one_output<of_each<Not>>},
          {"Ceil", one_output<of_each_float<ceiling>>},
          {"Floor", one_output<of_each_float<floor_of>>},
          {"Round", one_output<of_each_float<rounded>>},
          {"Sqrt", one_output<of_each_float<root>>},
          {"Reciprocal", one_output<of_each_float<reciprocal>>},
          {"Cast", one_output<cast>},
          {"Clip", one_output<clip>},
          {"BatchNormalization", one_output<batch_normalization>},
          {"ReduceMean", one_output<mean>},
          {"Where", one_output<where>},
          {"ReduceSum", one_output<reduced<Add>>},
          {"ReduceProd", one_output<reduced<Multiply>>},
          {"ReduceMax", one_output<reduced<Largest>>},
          {"ReduceMin", one_output<reduced<Smallest>>}};
}

}  // namespace dpac
