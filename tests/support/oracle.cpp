#include "tests/support/oracle.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/graph/fuse.h"
#include "engine/graph/fused_graph.h"

namespace dpac::test {
namespace {

using Map = std::vector<double>;

std::size_t at(const MapShape& s, int64_t c, int64_t y, int64_t x) {
  return static_cast<std::size_t>((c * s.height + y) * s.width + x);
}

/// Calls f(row of the kernel, column, pixel row, pixel column) for the taps of a window that lie inside the
/// image.
template <class F>
void for_window(const MapShape& in, const Geometry& g, int64_t oy, int64_t ox, const F& f) {
  for (int64_t r = 0; r < g.kernel.h; ++r) {
    for (int64_t s = 0; s < g.kernel.w; ++s) {
      const int64_t y = oy * g.stride.h + r * g.dilation.h - g.pad_top,
                    x = ox * g.stride.w + s * g.dilation.w - g.pad_left;
      if (y >= 0 && x >= 0 && y < in.height && x < in.width) f(r, s, y, x);
    }
  }
}

/// A convolution's window and groups, over one of its outputs.
struct Taps {
  MapShape in;
  Geometry geometry;
  int64_t groups = 1, outputs = 1;
};

/// Calls f(index of the weight, input value) for every tap of output (oc, oy, ox) that lies inside the image.
template <class F>
void for_taps(const Taps& t, const Map& x, int64_t oc, int64_t oy, int64_t ox, const F& f) {
  const int64_t own = t.in.channels / t.groups, group = oc / (t.outputs / t.groups);
  for (int64_t i = 0; i < own; ++i) {
    for_window(t.in, t.geometry, oy, ox, [&](int64_t r, int64_t s, int64_t y, int64_t xx) {
      const int64_t weight = ((oc * own + i) * t.geometry.kernel.h + r) * t.geometry.kernel.w + s;
      f(static_cast<std::size_t>(weight), x[at(t.in, group * own + i, y, xx)]);
    });
  }
}

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

double activated(Activation activation, double x) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::relu6:
      return std::clamp(x, 0.0, 6.0);
    case Activation::gelu:
      return x * std::erfc(-x / std::sqrt(2.0)) / 2;
    case Activation::tanh:
      return std::tanh(x);
    case Activation::sigmoid:
      return sigmoid(x);
    case Activation::silu:
      return x * sigmoid(x);
    case Activation::hard_sigmoid:
      return std::clamp(x / 6 + 0.5, 0.0, 1.0);
    case Activation::hard_swish:
      return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
  }
  return x;
}

double activated(const ActivationOp& op, double x) {
  const double a = static_cast<double>(op.a), b = static_cast<double>(op.b);
  switch (op.kind) {
    case ActivationOp::Kind::clip:
      return std::clamp(x, a, b);
    case ActivationOp::Kind::leaky_relu:
      return x < 0 ? a * x : x;
    case ActivationOp::Kind::hard_sigmoid:
      return std::clamp(a * x + b, 0.0, 1.0);
    case ActivationOp::Kind::relu:
      return activated(Activation::relu, x);
    case ActivationOp::Kind::gelu:
      return activated(Activation::gelu, x);
    case ActivationOp::Kind::tanh:
      return activated(Activation::tanh, x);
    case ActivationOp::Kind::sigmoid:
      return activated(Activation::sigmoid, x);
    case ActivationOp::Kind::silu:
      return activated(Activation::silu, x);
    case ActivationOp::Kind::hard_swish:
      return activated(Activation::hard_swish, x);
  }
  return x;
}

bool is_interpolated(const FusedOp& op) {
  const auto* resize = std::get_if<ResizeOp>(&op);
  return resize != nullptr && resize->between == ResizeOp::Between::linear;
}

template <class... Ops>
bool is_one_of(const FusedOp& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

/// Digital ops whose outputs have a quantiser of their own.
bool has_own_grid(const FusedOp& op) {
  if (const auto* activation = std::get_if<ActivationOp>(&op))
    return activation->kind != ActivationOp::Kind::relu;
  return is_interpolated(op) ||
         is_one_of<AddOp, MultiplyOp, DivideOp, ChannelAffineOp, ElementwiseAffineOp, LayerNormOp, SoftmaxOp,
                   ChannelMeanOp, AveragePoolOp, GlobalAveragePoolOp, GlobalL2PoolOp>(op);
}

class Oracle {
 public:
  Oracle(FusedGraph graph, const OracleSetup& setup) : graph_(std::move(graph)), setup_(setup) {}

  OracleRun run(const std::vector<float>& image) {
    for (const FusedNode& node : graph_.nodes) {
      if (std::holds_alternative<InputOp>(node.op)) {
        values_.emplace_back(image.begin(), image.end());
        quantize(values_.back(), std::round(std::exp2(8)));
      } else {
        values_.push_back(compute(node));
      }
    }
    run_.logits = values_.back();
    return std::move(run_);
  }

 private:
  [[nodiscard]] const MapShape& in_shape(const FusedNode& n) const {
    return graph_.nodes[static_cast<std::size_t>(n.input())].shape();
  }
  [[nodiscard]] const Map& in_value(const FusedNode& n) const {
    return values_[static_cast<std::size_t>(n.input())];
  }

  /// Quantises the next tensor in the order of ranges.
  void quantize(Map& y, double levels) {
    if (setup_.quantization.ranges.empty()) return;
    const ValueRange range = setup_.quantization.ranges.at(tensor_++);
    if (!setup_.quantization.activation_bits || levels == 0) return;
    const OracleQuantizer q(static_cast<double>(range.min), static_cast<double>(range.max), levels);
    std::transform(y.begin(), y.end(), y.begin(), q);
  }

  [[nodiscard]] double levels() const {
    return std::round(std::exp2(setup_.quantization.activation_bits.value_or(8)));
  }

  [[nodiscard]] double output_levels() const {
    const auto& own = setup_.quantization.output_levels;
    return own.empty() ? levels() : static_cast<double>(own.at(run_.layers.size() - 1));
  }

  [[nodiscard]] const Map& value(int node) const { return values_[static_cast<std::size_t>(node)]; }

  Map compute(const FusedNode& node) {
    if (const auto* c = std::get_if<ConvolutionOp>(&node.op))
      return analog(node, *c->weights, c->bias,
                    {in_shape(node), c->geometry, c->groups, node.shape().channels});
    if (const auto* l = std::get_if<LinearOp>(&node.op)) {
      return analog(node, *l->weights, l->bias, {in_shape(node), {}, 1, node.shape().channels});
    }
    Map y = std::visit([&](const auto& op) { return digital(op, node); }, node.op);
    if (has_own_grid(node.op)) quantize(y, levels());
    return y;
  }

  Map digital(const ImageLayoutOp&, const FusedNode& node) const { return in_value(node); }

  Map digital(const AddOp&, const FusedNode& node) const {
    Map y = value(node.inputs[0]);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += value(node.inputs[1])[i];
    return y;
  }

  Map digital(const MultiplyOp&, const FusedNode& node) const {
    Map y = value(node.inputs[0]);
    const Map& factor = value(node.inputs[1]);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] *= factor[i * factor.size() / y.size()];
    return y;
  }

  Map digital(const DivideOp&, const FusedNode& node) const {
    Map y = value(node.inputs[0]);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] /= value(node.inputs[1])[i];
    return y;
  }

  Map digital(const SoftmaxOp& op, const FusedNode& node) const {
    const Map& x = in_value(node);
    const std::size_t own = x.size() / static_cast<std::size_t>(op.groups);
    Map y;
    for (std::size_t i = 0; i < x.size(); ++i) {
      double sum = 0;
      for (std::size_t other = i % own; other < x.size(); other += own) sum += std::exp(x[other] - x[i]);
      y.push_back(1 / sum);
    }
    return y;
  }

  Map digital(const ElementwiseAffineOp& op, const FusedNode& node) const {
    Map y = in_value(node);
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = y[i] * static_cast<double>(op.scale->values()[i]) + static_cast<double>(op.offset->values()[i]);
    }
    return y;
  }

  Map digital(const ChannelMeanOp&, const FusedNode& node) const {
    const Map& x = in_value(node);
    Map y(static_cast<std::size_t>(node.shape().pixels()), 0.0);
    for (std::size_t i = 0; i < x.size(); ++i)
      y[i % y.size()] += x[i] * static_cast<double>(y.size()) / static_cast<double>(x.size());
    return y;
  }

  Map digital(const ChannelExpandOp&, const FusedNode& node) const {
    return channels_of(node, [](int64_t) { return 0; });
  }

  Map digital(const GlobalL2PoolOp&, const FusedNode& node) const {
    const Map& x = in_value(node);
    Map y(static_cast<std::size_t>(node.shape().channels), 0.0);
    for (std::size_t i = 0; i < x.size(); ++i) y[i * y.size() / x.size()] += x[i] * x[i];
    for (double& norm : y) norm = std::sqrt(norm);
    return y;
  }

  Map digital(const ActivationOp& op, const FusedNode& node) const {
    Map y = in_value(node);
    for (double& v : y) v = activated(op, v);
    return y;
  }

  Map digital(const ConcatOp&, const FusedNode& node) const {
    Map y;
    for (const int from : node.inputs) y.insert(y.end(), value(from).begin(), value(from).end());
    return y;
  }

  /// Channel c of the output is channel source(c) of the input.
  template <class Source>
  Map channels_of(const FusedNode& node, const Source& source) const {
    const int64_t pixels = node.shape().pixels();
    Map y;
    for (int64_t c = 0; c < node.shape().channels; ++c) {
      const auto from = in_value(node).begin() + source(c) * pixels;
      y.insert(y.end(), from, from + pixels);
    }
    return y;
  }

  Map digital(const SliceOp& op, const FusedNode& node) const {
    return channels_of(node, [&](int64_t c) { return op.begin + c; });
  }

  /// As PyTorch does it: reshape to [groups, C / groups], transpose, flatten.
  Map digital(const ChannelShuffleOp& op, const FusedNode& node) const {
    std::vector<int64_t> order;
    const int64_t own = node.shape().channels / op.groups;
    for (int64_t i = 0; i < own; ++i) {
      for (int64_t g = 0; g < op.groups; ++g) order.push_back(g * own + i);
    }
    return channels_of(node, [&](int64_t c) { return order[static_cast<std::size_t>(c)]; });
  }

  Map digital(const ChannelAffineOp& op, const FusedNode& node) const {
    Map y = in_value(node);
    const auto pixels = static_cast<std::size_t>(node.shape().pixels());
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = y[i] * static_cast<double>(op.scale[i / pixels]) + static_cast<double>(op.offset[i / pixels]);
    }
    return y;
  }

  Map digital(const LayerNormOp& op, const FusedNode& node) const {
    const auto channels = static_cast<std::size_t>(node.shape().channels),
               pixels = static_cast<std::size_t>(node.shape().pixels());
    Map y = in_value(node);
    for (std::size_t p = 0; p < pixels; ++p) {
      double mean = 0, variance = 0;
      for (std::size_t c = 0; c < channels; ++c) mean += y[c * pixels + p] / static_cast<double>(channels);
      for (std::size_t c = 0; c < channels; ++c) {
        variance += std::pow(y[c * pixels + p] - mean, 2) / static_cast<double>(channels);
      }
      for (std::size_t c = 0; c < channels; ++c) {
        double& v = y[c * pixels + p];
        v = (v - mean) / std::sqrt(variance + static_cast<double>(op.epsilon)) *
                static_cast<double>(op.gamma[c]) +
            static_cast<double>(op.beta[c]);
      }
    }
    return y;
  }

  Map digital(const AveragePoolOp& op, const FusedNode& node) const {
    const MapShape &in = in_shape(node), &out = node.shape();
    const Geometry& g = op.geometry;
    const int64_t bottom = in.height + g.pad_bottom - op.beyond_bottom,
                  right = in.width + g.pad_right - op.beyond_right;
    Map y;
    for (int64_t c = 0; c < out.channels; ++c) {
      for (int64_t oy = 0; oy < out.height; ++oy) {
        for (int64_t ox = 0; ox < out.width; ++ox) {
          double sum = 0, inside = 0, counted = 0;
          for_window(in, g, oy, ox, [&](int64_t, int64_t, int64_t yy, int64_t xx) {
            sum += in_value(node)[at(in, c, yy, xx)];
            ++inside;
          });
          for (int64_t r = 0; r < g.kernel.h; ++r) {
            for (int64_t s = 0; s < g.kernel.w; ++s) {
              counted += oy * g.stride.h + r * g.dilation.h - g.pad_top < bottom &&
                         ox * g.stride.w + s * g.dilation.w - g.pad_left < right;
            }
          }
          y.push_back(sum / (op.count_include_pad ? counted : inside));
        }
      }
    }
    return y;
  }

  Map digital(const MaxPoolOp& op, const FusedNode& node) const { return max_pool(node, op.geometry); }
  Map digital(const SubsampleOp& op, const FusedNode& node) const { return subsampled(node, op); }
  Map digital(const GlobalAveragePoolOp&, const FusedNode& node) const { return average(node); }

  Map digital(const PadOp& op, const FusedNode& node) const {
    const MapShape &in = in_shape(node), &out = node.shape();
    Map y;
    for (int64_t c = 0; c < out.channels; ++c) {
      for (int64_t oy = -op.top; oy < in.height + op.bottom; ++oy) {
        for (int64_t ox = -op.left; ox < in.width + op.right; ++ox) {
          const bool inside = oy >= 0 && oy < in.height && ox >= 0 && ox < in.width;
          y.push_back(inside ? in_value(node)[at(in, c, oy, ox)] : 0.0);
        }
      }
    }
    return y;
  }

  /// How much an input pixel at a distance (output's position minus the pixel's) gives: the formula of each
  /// kind, over all pixels.
  static double share_of(ResizeOp::Between between, double distance) {
    switch (between) {
      case ResizeOp::Between::floor:
        return distance >= 0 && distance < 1;
      case ResizeOp::Between::ceil:
        return distance > -1 && distance <= 0;
      case ResizeOp::Between::round_half_to_floor:
        return distance > -0.5 && distance <= 0.5;
      case ResizeOp::Between::round_half_to_ceil:
        return distance >= -0.5 && distance < 0.5;
      case ResizeOp::Between::linear:
        return std::max(0.0, 1 - std::abs(distance));
    }
    return 0;
  }

  Map digital(const ResizeOp& op, const FusedNode& node) const {
    const MapShape &in = in_shape(node), &out = node.shape();
    const auto place = [](const ResizeOp::Axis& axis, int64_t i, int64_t size) {
      const double position = (static_cast<double>(i) + axis.before) / axis.scale + axis.after;
      return std::min(std::max(position, 0.0), static_cast<double>(size - 1));
    };
    Map y;
    for (int64_t c = 0; c < out.channels; ++c) {
      for (int64_t oy = 0; oy < out.height; ++oy) {
        for (int64_t ox = 0; ox < out.width; ++ox) {
          double sum = 0;
          for (int64_t iy = 0; iy < in.height; ++iy) {
            for (int64_t ix = 0; ix < in.width; ++ix) {
              const double row = place(op.rows, oy, in.height) - static_cast<double>(iy),
                           column = place(op.columns, ox, in.width) - static_cast<double>(ix);
              sum += share_of(op.between, row) * share_of(op.between, column) *
                     in_value(node)[at(in, c, iy, ix)];
            }
          }
          y.push_back(sum);
        }
      }
    }
    return y;
  }

  template <class Other>
  Map digital(const Other&, const FusedNode& node) const {
    throw std::logic_error("no oracle for " + node.name);
  }

  [[nodiscard]] static ValueRange range_of_channel(const Tensor& w, int64_t c) {
    const auto row = w.values().subspan(static_cast<std::size_t>(c * (element_count(w.shape()) / w.dim(0))),
                                        static_cast<std::size_t>(element_count(w.shape()) / w.dim(0)));
    return {*std::min_element(row.begin(), row.end()), *std::max_element(row.begin(), row.end())};
  }

  /// Quantised weights, with weight noise.
  [[nodiscard]] Map weights_of(const Tensor& w, int layer) const {
    Map values(w.values().begin(), w.values().end());
    const auto row = static_cast<int64_t>(values.size()) / w.dim(0);
    ValueRange range;
    for (int64_t i = 0; i < static_cast<int64_t>(values.size()); ++i) {
      double& v = values[static_cast<std::size_t>(i)];
      if (i % row == 0) range = range_of_channel(w, i / row);
      const double min = static_cast<double>(range.min), max = static_cast<double>(range.max);
      if (setup_.quantization.weight_bits) {
        v = OracleQuantizer(min, max, std::round(std::exp2(*setup_.quantization.weight_bits)))(v);
      }
      v += weight_noise(setup_.noise, setup_.weight_xi, layer, i / row, i, v, range);
    }
    return values;
  }

  [[nodiscard]] double output_sigma(const Tensor& w, int layer, int64_t c, double width, double w2, double x2,
                                    double input_range, double output_range) const {
    const NoiseConfig& noise = setup_.noise;
    const auto d = static_cast<double>(element_count(w.shape()) / w.dim(0));
    double variance = 0;
    if (noise.kind.has(NoiseKind::shot)) variance += w2 * x2 / d;
    if (noise.kind.has(NoiseKind::thermal))
      variance += std::pow(noise.sigma_thermal * std::sqrt(d) * width * input_range, 2);
    if (noise.kind.has(NoiseKind::output)) variance += std::pow(noise.sigma_output * output_range, 2);
    return std::sqrt(variance / (energy_of(noise, layer, c) * repeats_of(noise, layer, c)));
  }

  /// Width of the range of an analog operation's output before its activation.
  [[nodiscard]] double output_range(const FusedNode& node) const {
    const auto tensors = calibrated_tensors(graph_);
    const Ranges& ranges = setup_.quantization.ranges;
    ValueRange found;
    for (std::size_t t = 0; t < ranges.size(); ++t) {
      const bool own = tensors[t].name == node.name && tensors[t].role == QuantizedTensor::Role::output;
      if (own || tensors[t].name == node.name + ".pre_activation") found = ranges[t];
    }
    return static_cast<double>(found.max) - static_cast<double>(found.min);
  }

  /// Width of the range of what a node reads: of its last quantised tensor, or of all that it is made of.
  [[nodiscard]] double input_range(const FusedNode& node) const {
    const Ranges& ranges = setup_.quantization.ranges;
    if (ranges.empty()) return 0;
    std::size_t tensor = 0;
    Ranges of_node;
    for (const FusedNode& n : graph_.nodes) {
      ValueRange range;
      for (const int from : n.inputs) range.join(of_node[static_cast<std::size_t>(from)]);
      if (is_analog(n) || std::holds_alternative<InputOp>(n.op) || has_own_grid(n.op))
        range = ranges.at(tensor++);
      if (n.residual != kNone || is_smooth(n.activation)) range = ranges.at(tensor++);
      of_node.push_back(range);
    }
    const ValueRange range = of_node[static_cast<std::size_t>(node.input())];
    return static_cast<double>(range.max) - static_cast<double>(range.min);
  }

  Map analog(const FusedNode& node, const Tensor& w, const std::vector<float>& bias, const Taps& taps) {
    const int layer = static_cast<int>(run_.layers.size());
    const MapShape& out = node.shape();
    const Map exact = weights_with(w, layer, false), used = weights_with(w, layer, true);
    OracleLayer l;
    l.input = in_value(node);
    if (setup_.observed_input) {
      const std::vector<float>& observed = setup_.observed_input(layer);
      l.input.assign(observed.begin(), observed.end());
    }
    const double range = input_range(node), own_range = output_range(node);
    for (int64_t c = 0; c < out.channels; ++c) {
      const ValueRange weights = range_of_channel(w, c);
      const double width = static_cast<double>(weights.max) - static_cast<double>(weights.min);
      for (int64_t y = 0; y < out.height; ++y) {
        for (int64_t x = 0; x < out.width; ++x) {
          double sum = 0, noisy = 0, w2 = 0, x2 = 0;
          for_taps(taps, l.input, c, y, x, [&](std::size_t i, double value) {
            sum += exact[i] * value;
            noisy += used[i] * value;
            w2 += exact[i] * exact[i];
            x2 += value * value;
          });
          const auto b = static_cast<double>(bias[static_cast<std::size_t>(c)]);
          l.pre.push_back(sum + b);
          l.noisy.push_back(noisy + b);
          if (setup_.noise.kind == NoiseKind::none) continue;
          l.output_sigma.push_back(output_sigma(w, layer, c, width, w2, x2, range, own_range));
          l.sigma.push_back(std::hypot(l.output_sigma.back(),
                                       weight_sigma(setup_.noise, layer, c, weights) * std::sqrt(x2)));
        }
      }
    }
    const bool added = perturbs_outputs(setup_.noise.kind);
    if (added && setup_.frozen != nullptr) freeze(layer, out, l);
    if (added) add_noise(layer, out, l);
    Map y = l.noisy;
    run_.layers.push_back(std::move(l));
    return finish(node, std::move(y));
  }

  [[nodiscard]] Map weights_with(const Tensor& w, int layer, bool noise) const {
    if (noise) return weights_of(w, layer);
    OracleSetup quiet;
    quiet.quantization = setup_.quantization;
    return Oracle(graph_, quiet).weights_of(w, layer);
  }

  void freeze(int layer, const MapShape& out, OracleLayer& l) const {
    l.output_sigma = setup_.frozen->at(static_cast<std::size_t>(layer)).output_sigma;
    for (std::size_t i = 0; i < l.output_sigma.size(); ++i) {
      l.output_sigma[i] *= setup_.frozen_factor(layer, static_cast<int64_t>(i) / out.pixels());
    }
  }

  /// The mean of the draws has their standard deviation over sqrt(repeats), which sigma already is.
  void add_noise(int layer, const MapShape& out, OracleLayer& l) const {
    const int64_t pixels = out.pixels();
    for (std::size_t i = 0; i < l.output_sigma.size(); ++i) {
      const auto index = static_cast<int64_t>(i);
      const int times = repeats_of(setup_.noise, layer, index / pixels);
      double sum = 0;
      for (int k = 0; k < times; ++k) sum += setup_.xi(layer, index / pixels, index % pixels, pixels, k);
      l.noisy[i] += l.output_sigma[i] * sum / std::sqrt(times);
    }
  }

  Map finish(const FusedNode& node, Map y) {
    const auto activate = [&] {
      for (double& v : y) v = activated(node.activation, v);
    };
    if (!is_smooth(node.activation)) activate();
    quantize(y, output_levels());
    if (is_smooth(node.activation)) {
      activate();
      quantize(y, levels());
    }
    if (node.residual == kNone) return y;
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] += values_[static_cast<std::size_t>(node.residual)][i];
      if (node.relu_after_residual) y[i] = std::max(y[i], 0.0);
    }
    quantize(y, levels());
    return y;
  }

  Map max_pool(const FusedNode& node, const Geometry& g) const {
    const MapShape& in = in_shape(node);
    Map y;
    for (int64_t c = 0; c < node.shape().channels; ++c) {
      for (int64_t oy = 0; oy < node.shape().height; ++oy) {
        for (int64_t ox = 0; ox < node.shape().width; ++ox) {
          double best = -1e300;
          for_window(in, g, oy, ox, [&](int64_t, int64_t, int64_t yy, int64_t xx) {
            best = std::max(best, in_value(node)[at(in, c, yy, xx)]);
          });
          y.push_back(best);
        }
      }
    }
    return y;
  }

  Map subsampled(const FusedNode& node, const SubsampleOp& op) const {
    const MapShape& in = in_shape(node);
    Map y(static_cast<std::size_t>(node.shape().channels * node.shape().pixels()), 0.0);
    for (int64_t c = 0; c < in.channels; ++c) {
      for (int64_t oy = 0; oy < node.shape().height; ++oy) {
        for (int64_t ox = 0; ox < node.shape().width; ++ox) {
          y[at(node.shape(), c + op.channels_before, oy, ox)] =
              in_value(node)[at(in, c, oy * op.stride, ox * op.stride)];
        }
      }
    }
    return y;
  }

  Map average(const FusedNode& node) const {
    const auto pixels = static_cast<std::size_t>(in_shape(node).pixels());
    Map y(static_cast<std::size_t>(node.shape().channels), 0.0);
    for (std::size_t i = 0; i < in_value(node).size(); ++i)
      y[i / pixels] += in_value(node)[i] / static_cast<double>(pixels);
    return y;
  }

  FusedGraph graph_;
  const OracleSetup& setup_;
  std::size_t tensor_ = 0;
  std::vector<Map> values_;
  OracleRun run_;
};

template <class T>
T of_channel(const std::vector<T>& values, int64_t c) {
  return values[values.size() == 1 ? 0 : static_cast<std::size_t>(c)];
}

}  // namespace

NoiseStream stream_of_draws(NoiseKind kind) {
  return perturbs_outputs(kind) ? NoiseStream::weights : NoiseStream::common;
}

bool perturbs_outputs(NoiseKind kind) {
  return kind.has(NoiseKind::shot) || kind.has(NoiseKind::thermal) || kind.has(NoiseKind::output);
}

double weight_sigma(const NoiseConfig& noise, int layer, int64_t row, const ValueRange& range) {
  const double min = static_cast<double>(range.min), max = static_cast<double>(range.max);
  double variance = 0;
  if (noise.kind.has(NoiseKind::weight)) variance += std::pow(noise.sigma_weight * (max - min), 2);
  if (noise.kind.has(NoiseKind::programming))
    variance += std::pow(noise.programming[0] * std::max(std::abs(min), std::abs(max)), 2);
  return std::sqrt(variance / (energy_of(noise, layer, row) * repeats_of(noise, layer, row)));
}

double weight_noise(const NoiseConfig& noise, const WeightNoiseSource& source, int layer, int64_t row,
                    int64_t element, double weight, const ValueRange& range) {
  if (!noise.kind.has(NoiseKind::weight) && !noise.kind.has(NoiseKind::programming)) return 0;
  const int times = repeats_of(noise, layer, row);
  const auto mean = [&](NoiseStream stream) {
    double xi = 0;
    for (int k = 0; k < times; ++k) xi += source(stream, layer, element, k) / times;
    return xi;
  };
  const double min = static_cast<double>(range.min), max = static_cast<double>(range.max);
  double sum = 0;
  if (noise.kind.has(NoiseKind::weight))
    sum += noise.sigma_weight * (max - min) * mean(stream_of_draws(noise.kind));
  if (noise.kind.has(NoiseKind::programming)) {
    const double largest = std::max(std::abs(min), std::abs(max)), w = std::abs(weight) / largest;
    const auto& [c0, c1, c2] = noise.programming;
    sum += std::max(0.0, c0 + c1 * w + c2 * w * w) * largest * mean(NoiseStream::chip);
  }
  return sum / std::sqrt(energy_of(noise, layer, row));
}

double energy_of(const NoiseConfig& noise, int layer, int64_t channel) {
  return static_cast<double>(of_channel(noise.energies.at(static_cast<std::size_t>(layer)), channel));
}

int repeats_of(const NoiseConfig& noise, int layer, int64_t channel) {
  return noise.repeats.empty() ? 1 : of_channel(noise.repeats.at(static_cast<std::size_t>(layer)), channel);
}

OracleQuantizer::OracleQuantizer(double min, double max, double levels)
    : min_(min), max_(max), levels_(levels), scale_((max - min) / (levels - 1)) {}

double OracleQuantizer::operator()(double v) const {
  if (scale_ == 0) return v;
  const double low = std::nearbyint(min_ / scale_);
  const double code = std::nearbyint(std::clamp(v, min_, max_) / scale_);
  return scale_ * std::clamp(code, low, low + levels_ - 1);
}

OracleRun run_oracle(const Graph& graph, const std::vector<float>& image, const OracleSetup& setup) {
  return Oracle(fuse(graph), setup).run(image);
}

double relative_error(const std::vector<double>& reference, const float* found) {
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    difference = std::max(difference, std::abs(reference[i] - static_cast<double>(found[i])));
    largest = std::max(largest, std::abs(reference[i]));
  }
  return largest > 0 ? difference / largest : difference;
}

}  // namespace dpac::test
