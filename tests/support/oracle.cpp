#include "tests/support/oracle.h"

#include <algorithm>
#include <cmath>

namespace dpac::test {
namespace {

using Map = std::vector<double>;

std::size_t at(const MapShape& s, int64_t c, int64_t y, int64_t x) {
  return static_cast<std::size_t>((c * s.height + y) * s.width + x);
}

/// Calls f(weight, input value) for every tap of output (oc, oy, ox) that lies inside the image.
template <class F>
void for_taps(const Tensor& w, const Geometry& g, const MapShape& in, const Map& x, int64_t oc, int64_t oy,
              int64_t ox, const F& f) {
  for (int64_t ic = 0; ic < in.channels; ++ic) {
    for (int64_t r = 0; r < g.kernel; ++r) {
      for (int64_t s = 0; s < g.kernel; ++s) {
        const int64_t y = oy * g.stride + r - g.pad_top, xx = ox * g.stride + s - g.pad_left;
        if (y < 0 || xx < 0 || y >= in.height || xx >= in.width) continue;
        const int64_t i = ((oc * in.channels + ic) * g.kernel + r) * g.kernel + s;
        f(static_cast<double>(w.values()[static_cast<std::size_t>(i)]), x[at(in, ic, y, xx)]);
      }
    }
  }
}

class Oracle {
 public:
  Oracle(const Graph& graph, const Energies& energies, const NoiseSource& noise)
      : graph_(graph), energies_(energies), noise_(noise) {}

  OracleRun run(const std::vector<float>& image) {
    for (const Node& node : graph_.nodes) {
      if (std::holds_alternative<InputOp>(node.op)) {
        values_.emplace_back(image.begin(), image.end());
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

  Map compute(const Node& node) {
    if (const auto* c = std::get_if<ConvolutionOp>(&node.op))
      return analog(node, c->weights, c->bias, c->geometry);
    if (const auto* l = std::get_if<LinearOp>(&node.op)) return analog(node, l->weights, l->bias, {});
    if (const auto* p = std::get_if<MaxPoolOp>(&node.op)) return max_pool(node, p->geometry);
    if (const auto* s = std::get_if<SubsampleOp>(&node.op)) return subsampled(node, *s);
    return average(node);
  }

  Map analog(const Node& node, const Tensor& w, const std::vector<float>& bias, const Geometry& g) {
    const int layer = static_cast<int>(run_.layers.size());
    const MapShape& in = in_shape(node);
    const MapShape& out = node.shape;
    const auto d = static_cast<double>(element_count(w.shape()) / w.dim(0));
    OracleLayer l;
    l.input = in_value(node);
    for (int64_t c = 0; c < out.channels; ++c) {
      for (int64_t y = 0; y < out.height; ++y) {
        for (int64_t x = 0; x < out.width; ++x) {
          double sum = 0, w2 = 0, x2 = 0;
          for_taps(w, g, in, l.input, c, y, x, [&](double weight, double value) {
            sum += weight * value;
            w2 += weight * weight;
            x2 += value * value;
          });
          l.pre.push_back(sum + static_cast<double>(bias[static_cast<std::size_t>(c)]));
          if (energies_.empty()) continue;
          const auto& e = energies_[static_cast<std::size_t>(layer)];
          const auto energy = static_cast<double>(e[e.size() == 1 ? 0 : static_cast<std::size_t>(c)]);
          l.sigma.push_back(std::sqrt(w2) * std::sqrt(x2) / std::sqrt(d * energy));
        }
      }
    }
    l.noisy = l.pre;
    for (std::size_t i = 0; i < l.sigma.size(); ++i) {
      const auto pixels = out.pixels();
      const auto index = static_cast<int64_t>(i);
      l.noisy[i] += l.sigma[i] * noise_(layer, index / pixels, index % pixels, pixels);
    }
    Map y = l.noisy;
    run_.layers.push_back(std::move(l));
    return finish(node, std::move(y));
  }

  Map finish(const Node& node, Map y) const {
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (node.relu) y[i] = std::max(y[i], 0.0);
      if (node.residual != kNone) y[i] += values_[static_cast<std::size_t>(node.residual)][i];
      if (node.relu_after_residual) y[i] = std::max(y[i], 0.0);
    }
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

  Map average(const Node& node) const {
    const auto pixels = static_cast<std::size_t>(in_shape(node).pixels());
    Map y(static_cast<std::size_t>(node.shape.channels), 0.0);
    for (std::size_t i = 0; i < in_value(node).size(); ++i)
      y[i / pixels] += in_value(node)[i] / static_cast<double>(pixels);
    return y;
  }

  const Graph& graph_;
  const Energies& energies_;
  const NoiseSource& noise_;
  std::vector<Map> values_;
  OracleRun run_;
};

}  // namespace

OracleRun run_oracle(const Graph& graph, const std::vector<float>& image, const Energies& energies,
                     const NoiseSource& noise) {
  return Oracle(graph, energies, noise).run(image);
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
