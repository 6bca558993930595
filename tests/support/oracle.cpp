#include "tests/support/oracle.h"

#include <algorithm>
#include <cmath>

namespace dpac::test {
namespace {

using Map = std::vector<double>;

std::size_t at(const MapShape& s, int64_t c, int64_t y, int64_t x) {
  return static_cast<std::size_t>((c * s.height + y) * s.width + x);
}

/// Calls f(index of the weight, input value) for every tap of output (oc, oy, ox) that lies inside the image.
template <class F>
void for_taps(const MapShape& in, const Geometry& g, const Map& x, int64_t oc, int64_t oy, int64_t ox,
              const F& f) {
  for (int64_t ic = 0; ic < in.channels; ++ic) {
    for (int64_t r = 0; r < g.kernel; ++r) {
      for (int64_t s = 0; s < g.kernel; ++s) {
        const int64_t y = oy * g.stride + r - g.pad_top, xx = ox * g.stride + s - g.pad_left;
        if (y < 0 || xx < 0 || y >= in.height || xx >= in.width) continue;
        const int64_t i = ((oc * in.channels + ic) * g.kernel + r) * g.kernel + s;
        f(static_cast<std::size_t>(i), x[at(in, ic, y, xx)]);
      }
    }
  }
}

class Oracle {
 public:
  Oracle(const Graph& graph, const OracleSetup& setup) : graph_(graph), setup_(setup) {}

  OracleRun run(const std::vector<float>& image) {
    for (const Node& node : graph_.nodes) {
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
  [[nodiscard]] const MapShape& in_shape(const Node& n) const {
    return graph_.nodes[static_cast<std::size_t>(n.input)].shape;
  }
  [[nodiscard]] const Map& in_value(const Node& n) const {
    return values_[static_cast<std::size_t>(n.input)];
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

  Map compute(const Node& node) {
    if (const auto* c = std::get_if<ConvolutionOp>(&node.op))
      return analog(node, c->weights, c->bias, c->geometry);
    if (const auto* l = std::get_if<LinearOp>(&node.op)) return analog(node, l->weights, l->bias, {});
    if (const auto* p = std::get_if<MaxPoolOp>(&node.op)) return max_pool(node, p->geometry);
    if (const auto* s = std::get_if<SubsampleOp>(&node.op)) return subsampled(node, *s);
    return average(node);
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
      if (setup_.noise.kind != NoiseKind::weight) continue;
      const int times = repeats_of(setup_.noise, layer, i / row);
      double xi = 0;
      for (int k = 0; k < times; ++k) xi += setup_.weight_xi(layer, i, k) / times;
      v += setup_.noise.sigma_weight * (max - min) / std::sqrt(energy_of(setup_.noise, layer, i / row)) * xi;
    }
    return values;
  }

  [[nodiscard]] double sigma(const Tensor& w, int layer, int64_t c, double width, double w2, double x2,
                             double input_range) const {
    const auto d = static_cast<double>(element_count(w.shape()) / w.dim(0));
    const double root = std::sqrt(energy_of(setup_.noise, layer, c) * repeats_of(setup_.noise, layer, c));
    if (setup_.noise.kind == NoiseKind::shot) return std::sqrt(w2) * std::sqrt(x2) / std::sqrt(d) / root;
    if (setup_.noise.kind == NoiseKind::thermal)
      return setup_.noise.sigma_thermal * std::sqrt(d) * width * input_range / root;
    return setup_.noise.sigma_weight * width * std::sqrt(x2) / root;
  }

  /// Width of the range of what a node reads: of the last quantised tensor at or before it.
  [[nodiscard]] double input_range(const Node& node) const {
    if (setup_.quantization.ranges.empty()) return 0;
    std::size_t tensor = 0, last = 0;
    std::vector<std::size_t> of_node;
    for (const Node& n : graph_.nodes) {
      const bool own = is_analog(n) || std::holds_alternative<InputOp>(n.op) ||
                       std::holds_alternative<GlobalAveragePoolOp>(n.op);
      if (own) last = tensor++;
      if (!own) last = of_node[static_cast<std::size_t>(n.input)];
      if (n.residual != kNone) last = tensor++;
      of_node.push_back(last);
    }
    const ValueRange range = setup_.quantization.ranges.at(of_node[static_cast<std::size_t>(node.input)]);
    return static_cast<double>(range.max) - static_cast<double>(range.min);
  }

  Map analog(const Node& node, const Tensor& w, const std::vector<float>& bias, const Geometry& g) {
    const int layer = static_cast<int>(run_.layers.size());
    const MapShape& in = in_shape(node);
    const MapShape& out = node.shape;
    const Map exact = weights_with(w, layer, false), used = weights_with(w, layer, true);
    OracleLayer l;
    l.input = in_value(node);
    if (setup_.observed_input) {
      const std::vector<float>& observed = setup_.observed_input(layer);
      l.input.assign(observed.begin(), observed.end());
    }
    const double range = input_range(node);
    for (int64_t c = 0; c < out.channels; ++c) {
      const ValueRange weights = range_of_channel(w, c);
      const double width = static_cast<double>(weights.max) - static_cast<double>(weights.min);
      for (int64_t y = 0; y < out.height; ++y) {
        for (int64_t x = 0; x < out.width; ++x) {
          double sum = 0, noisy = 0, w2 = 0, x2 = 0;
          for_taps(in, g, l.input, c, y, x, [&](std::size_t i, double value) {
            sum += exact[i] * value;
            noisy += used[i] * value;
            w2 += exact[i] * exact[i];
            x2 += value * value;
          });
          const auto b = static_cast<double>(bias[static_cast<std::size_t>(c)]);
          l.pre.push_back(sum + b);
          l.noisy.push_back(noisy + b);
          if (setup_.noise.kind != NoiseKind::none)
            l.sigma.push_back(sigma(w, layer, c, width, w2, x2, range));
        }
      }
    }
    const bool added = setup_.noise.kind == NoiseKind::shot || setup_.noise.kind == NoiseKind::thermal;
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
    l.sigma = setup_.frozen->at(static_cast<std::size_t>(layer)).sigma;
    for (std::size_t i = 0; i < l.sigma.size(); ++i) {
      l.sigma[i] *= setup_.frozen_factor(layer, static_cast<int64_t>(i) / out.pixels());
    }
  }

  /// The mean of the draws has their standard deviation over sqrt(repeats), which sigma already is.
  void add_noise(int layer, const MapShape& out, OracleLayer& l) const {
    const int64_t pixels = out.pixels();
    for (std::size_t i = 0; i < l.sigma.size(); ++i) {
      const auto index = static_cast<int64_t>(i);
      const int times = repeats_of(setup_.noise, layer, index / pixels);
      double sum = 0;
      for (int k = 0; k < times; ++k) sum += setup_.xi(layer, index / pixels, index % pixels, pixels, k);
      l.noisy[i] += l.sigma[i] * sum / std::sqrt(times);
    }
  }

  Map finish(const Node& node, Map y) {
    for (double& v : y) v = node.activation == Activation::relu ? std::max(v, 0.0) : v;
    quantize(y, output_levels());
    if (node.residual == kNone) return y;
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] += values_[static_cast<std::size_t>(node.residual)][i];
      if (node.relu_after_residual) y[i] = std::max(y[i], 0.0);
    }
    quantize(y, levels());
    return y;
  }

  Map max_pool(const Node& node, const Geometry& g) const {
    const MapShape& in = in_shape(node);
    Map y;
    for (int64_t c = 0; c < node.shape.channels; ++c) {
      for (int64_t oy = 0; oy < node.shape.height; ++oy) {
        for (int64_t ox = 0; ox < node.shape.width; ++ox) {
          double best = -1e300;
          for (int64_t r = 0; r < g.kernel; ++r) {
            for (int64_t s = 0; s < g.kernel; ++s) {
              const int64_t yy = oy * g.stride + r - g.pad_top, xx = ox * g.stride + s - g.pad_left;
              if (yy >= 0 && xx >= 0 && yy < in.height && xx < in.width)
                best = std::max(best, in_value(node)[at(in, c, yy, xx)]);
            }
          }
          y.push_back(best);
        }
      }
    }
    return y;
  }

  Map subsampled(const Node& node, const SubsampleOp& op) const {
    const MapShape& in = in_shape(node);
    Map y(static_cast<std::size_t>(node.shape.channels * node.shape.pixels()), 0.0);
    for (int64_t c = 0; c < in.channels; ++c) {
      for (int64_t oy = 0; oy < node.shape.height; ++oy) {
        for (int64_t ox = 0; ox < node.shape.width; ++ox) {
          y[at(node.shape, c + op.channels_before, oy, ox)] =
              in_value(node)[at(in, c, oy * op.stride, ox * op.stride)];
        }
      }
    }
    return y;
  }

  Map average(const Node& node) {
    const auto pixels = static_cast<std::size_t>(in_shape(node).pixels());
    Map y(static_cast<std::size_t>(node.shape.channels), 0.0);
    for (std::size_t i = 0; i < in_value(node).size(); ++i)
      y[i / pixels] += in_value(node)[i] / static_cast<double>(pixels);
    quantize(y, levels());
    return y;
  }

  const Graph& graph_;
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
  return Oracle(graph, setup).run(image);
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
