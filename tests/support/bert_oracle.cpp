#include "tests/support/bert_oracle.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include <fmt/format.h>

namespace dpac::test {
namespace {

using Values = std::vector<double>;

struct Map {
  int64_t channels = 0, pixels = 0;
  Values values = {};       // [channels][pixels]
  std::string tensor = {};  // The last quantised tensor that it was made from: what its range is.

  Map(int64_t c, int64_t p) : channels(c), pixels(p), values(static_cast<std::size_t>(c * p), 0.0) {}
  double& at(int64_t c, int64_t p) { return values[static_cast<std::size_t>(c * pixels + p)]; }
  [[nodiscard]] double at(int64_t c, int64_t p) const {
    return values[static_cast<std::size_t>(c * pixels + p)];
  }
};

std::string parent(const std::string& name) {
  return name.substr(0, name.rfind('.'));
}

double gelu(double x) {
  return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
}

/// A product of one output: what is summed up, and the squares of both operands.
struct Sums {
  double product = 0, noisy = 0, left = 0, right = 0;

  void add(double a, double b, double noisy_a) {
    product += a * b;
    noisy += noisy_a * b;
    left += a * a;
    right += b * b;
  }
};

/// All that sigma of an output depends on.
struct Element {
  int64_t channel = 0;
  double depth = 0, left_width = 0, right_width = 0;
  bool stored_weights = false;
  ValueRange left = {};  ///< Of a channel's stored weights.
};

class BertOracle {
 public:
  BertOracle(const Checkpoint& checkpoint, const TokenSequence& tokens, const BertOracleSetup& setup)
      : checkpoint_(checkpoint), tokens_(tokens), setup_(setup) {}

  BertOracleRun run() {
    Map x = layer_norm("embeddings.LayerNorm", embeddings());
    for (int64_t i = 0; has(fmt::format("encoder.layer.{}.output.dense.weight", i)); ++i) {
      x = encoder_layer(fmt::format("encoder.layer.{}.", i), x);
    }
    x = has("classifier.weight") ? classified(x) : embedded(x);
    run_.logits = x.values;
    return std::move(run_);
  }

 private:
  [[nodiscard]] bool has(const std::string& name) const { return checkpoint_.weights.contains(name); }
  [[nodiscard]] const Tensor& weight(const std::string& name) const {
    return *checkpoint_.weights.find(name);
  }
  [[nodiscard]] double value(const std::string& name, int64_t i) const {
    return static_cast<double>(weight(name).values()[static_cast<std::size_t>(i)]);
  }
  [[nodiscard]] int64_t length() const { return tokens_.length(); }
  [[nodiscard]] int64_t heads() const { return *checkpoint_.bert->heads; }

  Map embeddings() {
    const int64_t features = weight("embeddings.word_embeddings.weight").dim(1);
    Map y(features, length());
    for (int64_t t = 0; t < length(); ++t) {
      const auto at = static_cast<std::size_t>(t);
      for (int64_t c = 0; c < features; ++c) {
        y.at(c, t) = value("embeddings.word_embeddings.weight", tokens_.ids[at] * features + c) +
                     value("embeddings.position_embeddings.weight", t * features + c) +
                     value("embeddings.token_type_embeddings.weight", tokens_.types[at] * features + c);
      }
    }
    return settled("embeddings", quantised("embeddings", std::move(y)));
  }

  Map encoder_layer(const std::string& layer, const Map& x) {
    const Map q = linear(layer + "attention.self.query", x), k = linear(layer + "attention.self.key", x),
              v = linear(layer + "attention.self.value", x);
    const Map p = probabilities(layer + "attention.self.qk", q, k);
    const Map context = attended(layer + "attention.self.pv", p, v);
    Map y = linear(layer + "attention.output.dense", context, nullptr, &x);
    const Map middle = layer_norm(layer + "attention.output.LayerNorm", y);
    y = linear(layer + "intermediate.dense", middle, gelu);
    y = linear(layer + "output.dense", y, nullptr, &middle);
    return layer_norm(layer + "output.LayerNorm", y);
  }

  static Map first_token(const Map& x) {
    Map first(x.channels, 1);
    for (int64_t c = 0; c < x.channels; ++c) first.at(c, 0) = x.at(c, 0);
    first.tensor = x.tensor;
    return first;
  }

  Map classified(const Map& x) {
    const Map pooled = linear("pooler.dense", first_token(x), [](double v) { return std::tanh(v); });
    return linear("classifier", pooled);
  }

  Map embedded(const Map& x) {
    if (checkpoint_.bert->pooling == SentencePooling::first_token) return first_token(x);
    Map mean(x.channels, 1);
    for (int64_t c = 0; c < x.channels; ++c) {
      for (int64_t t = 0; t < tokens_.real; ++t)
        mean.at(c, 0) += x.at(c, t) / static_cast<double>(tokens_.real);
    }
    return settled("mean_pooling", quantised("mean_pooling", std::move(mean)));
  }

  Map layer_norm(const std::string& name, const Map& x) {
    Map y(x.channels, x.pixels);
    const auto n = static_cast<double>(x.channels);
    for (int64_t t = 0; t < x.pixels; ++t) {
      double mean = 0, variance = 0;
      for (int64_t c = 0; c < x.channels; ++c) mean += x.at(c, t) / n;
      for (int64_t c = 0; c < x.channels; ++c) variance += (x.at(c, t) - mean) * (x.at(c, t) - mean) / n;
      const double deviation = std::sqrt(variance + checkpoint_.bert->layer_norm_epsilon);
      for (int64_t c = 0; c < x.channels; ++c) {
        y.at(c, t) = (x.at(c, t) - mean) / deviation * value(name + ".weight", c) + value(name + ".bias", c);
      }
    }
    return settled(name, quantised(name, std::move(y)));
  }

  Map linear(const std::string& name, const Map& x, double (*activation)(double) = nullptr,
             const Map* residual = nullptr) {
    const Tensor& w = weight(name + ".weight");
    const int layer = begin_layer(name, x.values);
    const Values exact = weights_of(w, layer, false), used = weights_of(w, layer, true);
    Map y(w.dim(0), x.pixels);
    OracleLayer& own = run_.layers.back();
    for (int64_t c = 0; c < y.channels; ++c) {
      const ValueRange range = range_of_row(w, c);
      const Element element{c, static_cast<double>(x.channels), range.width(), width_of(x), true, range};
      const double bias = value(name + ".bias", c);
      for (int64_t t = 0; t < x.pixels; ++t) {
        Sums sums;
        for (int64_t i = 0; i < x.channels; ++i) {
          const auto at = static_cast<std::size_t>(c * x.channels + i);
          sums.add(exact[at], x.at(i, t), used[at]);
        }
        own.pre.push_back(sums.product + bias);
        own.noisy.push_back(sums.noisy + bias);
        add_sigmas(layer, element, sums);
      }
    }
    add_noise(layer, y);
    y = quantised(name, std::move(y));
    if (activation != nullptr) {
      std::transform(y.values.begin(), y.values.end(), y.values.begin(), activation);
      y = quantised(parent(name), std::move(y));
    }
    if (residual != nullptr) {
      for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] += residual->values[i];
      y = quantised(parent(name), std::move(y));
    }
    return settled(name, std::move(y));
  }

  /// Channel = the key's token, pixel = head * tokens + the query's token.
  Map probabilities(const std::string& name, const Map& q, const Map& k) {
    const int64_t size = q.channels / heads();
    const int layer = begin_layer(name, by_heads(q).values);
    const Element element{0, static_cast<double>(size), width_of(q), width_of(k)};
    Map y(length(), heads() * length());
    for (int64_t key = 0; key < length(); ++key) {
      for (int64_t row = 0; row < y.pixels; ++row) {
        Sums sums;
        for (int64_t f = 0; f < size; ++f) {
          const int64_t c = row / length() * size + f;
          sums.add(q.at(c, row % length()), k.at(c, key), q.at(c, row % length()));
        }
        take_product(layer, element, sums);
      }
    }
    add_noise(layer, y);
    y = quantised(name, std::move(y));
    for (double& v : y.values) v /= std::sqrt(static_cast<double>(size));
    y = softmax(quantised(name + ".scaled", std::move(y)));
    y = quantised(parent(name) + ".softmax", std::move(y));
    for (int64_t key = tokens_.real; key < length(); ++key) {
      for (int64_t row = 0; row < y.pixels; ++row) y.at(key, row) = 0;
    }
    return settled(name, std::move(y));
  }

  [[nodiscard]] Map softmax(Map y) const {
    for (int64_t row = 0; row < y.pixels; ++row) {
      double sum = 0;
      for (int64_t key = 0; key < y.channels; ++key) {
        y.at(key, row) = key < tokens_.real ? std::exp(y.at(key, row)) : 0;
        sum += y.at(key, row);
      }
      for (int64_t key = 0; key < y.channels; ++key) y.at(key, row) /= sum;
    }
    return y;
  }

  /// Channel = the head's feature, pixel = head * tokens + token; gathered into features by tokens.
  Map attended(const std::string& name, const Map& p, const Map& v) {
    const int64_t size = v.channels / heads();
    const int layer = begin_layer(name, p.values);
    const Element element{0, static_cast<double>(length()), width_of(p), width_of(v)};
    Map y(size, heads() * length());
    for (int64_t f = 0; f < size; ++f) {
      for (int64_t row = 0; row < y.pixels; ++row) {
        Sums sums;
        for (int64_t key = 0; key < length(); ++key) {
          sums.add(p.at(key, row), v.at(row / length() * size + f, key), p.at(key, row));
        }
        take_product(layer, element, sums);
      }
    }
    add_noise(layer, y);
    Map all(v.channels, length());
    for (int64_t f = 0; f < size; ++f) {
      for (int64_t row = 0; row < y.pixels; ++row)
        all.at(row / length() * size + f, row % length()) = y.at(f, row);
    }
    return settled(name, quantised(name, std::move(all)));
  }

  [[nodiscard]] Map by_heads(const Map& x) const {
    const int64_t size = x.channels / heads();
    Map y(size, heads() * length());
    for (int64_t f = 0; f < size; ++f) {
      for (int64_t row = 0; row < y.pixels; ++row)
        y.at(f, row) = x.at(row / length() * size + f, row % length());
    }
    return y;
  }

  int begin_layer(const std::string& name, Values input) {
    run_.layer_names.push_back(name);
    run_.layers.emplace_back();
    run_.layers.back().input = std::move(input);
    return static_cast<int>(run_.layers.size()) - 1;
  }

  void take_product(int layer, const Element& element, const Sums& sums) {
    OracleLayer& own = run_.layers.back();
    own.pre.push_back(sums.product);
    own.noisy.push_back(sums.product);
    add_sigmas(layer, element, sums);
  }

  [[nodiscard]] double output_sigma(int layer, const Element& e, const Sums& sums) const {
    const NoiseConfig& noise = setup_.noise;
    if (noise.kind == NoiseKind::none) return 0;
    double variance = 0;
    if (noise.kind.has(NoiseKind::shot)) variance += sums.left * sums.right / e.depth;
    if (noise.kind.has(NoiseKind::thermal))
      variance += std::pow(noise.sigma_thermal * std::sqrt(e.depth) * e.left_width * e.right_width, 2);
    const auto range = setup_.ranges.find(run_.layer_names.back());
    if (noise.kind.has(NoiseKind::output))
      variance += std::pow(noise.sigma_output * range->second.width(), 2);
    return std::sqrt(variance / (energy_of(noise, layer, e.channel) * repeats_of(noise, layer, e.channel)));
  }

  void add_sigmas(int layer, const Element& e, const Sums& sums) {
    OracleLayer& own = run_.layers.back();
    own.output_sigma.push_back(output_sigma(layer, e, sums));
    const bool noisy = e.stored_weights && setup_.noise.kind != NoiseKind::none;
    const double weights =
        noisy ? weight_sigma(setup_.noise, layer, e.channel, e.left) * std::sqrt(sums.right) : 0;
    own.sigma.push_back(std::hypot(own.output_sigma.back(), weights));
  }

  /// Adds noise to the last layer's products, which become y. The mean of K draws has their sigma over
  /// sqrt(K), which sigma already is.
  void add_noise(int layer, Map& y) {
    OracleLayer& own = run_.layers.back();
    const bool one_energy = !has(run_.layer_names.back() + ".weight");
    const bool added = perturbs_outputs(setup_.noise.kind);
    for (std::size_t i = 0; added && i < own.output_sigma.size(); ++i) {
      const int64_t c = static_cast<int64_t>(i) / y.pixels, p = static_cast<int64_t>(i) % y.pixels;
      const int64_t paying = one_energy ? 0 : c;
      if (setup_.frozen != nullptr) {
        own.output_sigma[i] = setup_.frozen->at(static_cast<std::size_t>(layer)).output_sigma[i];
        own.output_sigma[i] *= setup_.frozen_factor(layer, paying);
      }
      const int times = repeats_of(setup_.noise, layer, paying);
      double sum = 0;
      for (int k = 0; k < times; ++k) sum += setup_.xi(layer, c, p, y.pixels, k);
      own.noisy[i] += own.output_sigma[i] * sum / std::sqrt(times);
    }
    y.values = own.noisy;
  }

  static ValueRange range_of_row(const Tensor& w, int64_t row) {
    const auto depth = static_cast<std::size_t>(w.dim(1));
    const auto values = w.values().subspan(static_cast<std::size_t>(row) * depth, depth);
    return {*std::min_element(values.begin(), values.end()), *std::max_element(values.begin(), values.end())};
  }

  [[nodiscard]] Values weights_of(const Tensor& w, int layer, bool noisy) const {
    Values values(w.values().begin(), w.values().end());
    ValueRange range;
    for (int64_t i = 0; i < static_cast<int64_t>(values.size()); ++i) {
      double& v = values[static_cast<std::size_t>(i)];
      const int64_t row = i / w.dim(1);
      if (i % w.dim(1) == 0) range = range_of_row(w, row);
      const auto min = static_cast<double>(range.min), max = static_cast<double>(range.max);
      if (setup_.weight_bits) v = OracleQuantizer(min, max, std::round(std::exp2(*setup_.weight_bits)))(v);
      if (noisy) v += weight_noise(setup_.noise, setup_.weight_xi, layer, row, i, v, range);
    }
    return values;
  }

  [[nodiscard]] double width_of(const Map& x) const {
    const auto it = setup_.ranges.find(x.tensor);
    if (it == setup_.ranges.end()) return 0;
    return static_cast<double>(it->second.max) - static_cast<double>(it->second.min);
  }

  Map quantised(const std::string& tensor, Map y) {
    run_.tensors[tensor] = y.values;
    y.tensor = tensor;
    if (!setup_.activation_bits) return y;
    const ValueRange range = setup_.ranges.at(tensor);
    const OracleQuantizer q(static_cast<double>(range.min), static_cast<double>(range.max),
                            std::round(std::exp2(*setup_.activation_bits)));
    std::transform(y.values.begin(), y.values.end(), y.values.begin(), q);
    return y;
  }

  Map settled(const std::string& node, Map y) {
    run_.outputs[node] = y.values;
    if (!setup_.observed) return y;
    const std::vector<float>& seen = setup_.observed(node);
    y.values.assign(seen.begin(), seen.end());
    return y;
  }

  const Checkpoint& checkpoint_;
  const TokenSequence& tokens_;
  const BertOracleSetup& setup_;
  BertOracleRun run_;
};

}  // namespace

BertOracleRun run_bert_oracle(const Checkpoint& checkpoint, const TokenSequence& tokens,
                              const BertOracleSetup& setup) {
  return BertOracle(checkpoint, tokens, setup).run();
}

}  // namespace dpac::test
