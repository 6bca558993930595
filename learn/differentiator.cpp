#include "learn/differentiator.h"

#include <optional>

#include <omp.h>

#include "engine/noise/noise_models.h"
#include "engine/noise/noisy_weights.h"
#include "engine/plans/batch_lanes.h"
#include "engine/plans/compiled_network.h"
#include "engine/plans/float/float_plan.h"
#include "kernels/error.h"
#include "learn/learning_plans.h"

namespace dpac {
class Differentiator::Impl {
 public:
  Impl(const Graph& graph, const DifferentiatorOptions& options)
      : options_(options),
        threads_(options.threads > 0 ? options.threads : omp_get_max_threads()),
        net_(graph, options.noise, options.quantization),
        lanes_(net_.fused_graph(), spread(options.batch, threads_), [this](const Capacity& capacity) {
          call(&options_.poll);
          return std::make_unique<LearningPlans>(parts(), capacity);
        }) {
    if (options.noise == NoiseKind::none) throw Error("without noise there is nothing to differentiate");
    wrap();
    lanes_.prepare();
    make_noise();
    if (!net_.fused_graph().reads_text() && !noise_traits(options.noise).perturbs_weights) {
      drop_plain_weights();
    }
  }

  void set_noise(const NoiseConfig& config, uint32_t step) {
    net_.check(config, "learn");
    if (!config.repeats.empty()) throw Error("learning has no repeats");
    const std::vector<LayerNoise>& layers = net_.noise().layers;
    NoisePoint& point = net_.noise().points.front();
    point = forward_ = {.seed = config.seed, .step = step, .gains = layer_gains(layers, config)};
    if (sensitivity()) {
      NoiseConfig unit = config;
      unit.energies = uniform_energies(net_.layers(), 1);
      point.gains = layer_gains(layers, unit);
      if (!forward_is_noisy()) forward_.gains = nullptr;
      if (forward_is_noisy()) point.step += kOwnStep;
    }
    draw_weights();
  }

  BatchDerivative run(const Inputs& inputs, std::span<const int64_t> samples, const SampleLoss& loss) {
    check(inputs, samples);
    const std::size_t n = samples.size();
    BatchDerivative result;
    result.logits.resize(n * static_cast<std::size_t>(net_.classes()));
    losses_.resize(n);
    logit_gradients_.resize(result.logits.size());
    const Batch batch{&loss, result.logits.data()};
    lanes_.run(
        inputs, samples,
        [&](const LearningPlans& plans, bool new_plans) {
          if (new_plans) draw_again();
          make_room(plans.backward, n);
        },
        [&](LearningPlans::Workers& workers, const BatchPart& part) { run_part(workers, part, batch); });
    for (const double sample : losses_) result.loss += sample / static_cast<double>(n);
    result.values = mean_values(n);
    for (std::size_t s = 0; sensitivity() && s < n; ++s) result.by_sample.push_back(values_of(s));
    return result;
  }

  [[nodiscard]] const CompiledNetwork& net() const { return net_; }

 private:
  /// Added to the step of the noise that a noisy network's sensitivity is of: it is not the network's own.
  static constexpr uint32_t kOwnStep = 1u << 31;

  /// One call of run().
  struct Batch {
    const SampleLoss* loss;
    float* logits;
  };

  [[nodiscard]] LearningPlans::Parts parts() const {
    return {net_.fused_graph(), net_.weights(),    noise_weights_,
            *backward_weights_, net_.quantizers(), noise_traits(options_.noise).needs_norms};
  }

  /// Of text plans are made when first needed, from plain weights.
  void drop_plain_weights() {
    drop_plain(net_.weights());
    backward_weights_->drop_plain();
  }

  [[nodiscard]] bool sensitivity() const { return options_.derivative != Derivative::gradient; }
  [[nodiscard]] bool perturbs_weights() const { return noise_traits(options_.noise).perturbs_weights; }
  [[nodiscard]] bool forward_is_noisy() const { return options_.derivative != Derivative::sensitivity; }

  void wrap() {
    net_.wrap_floats();
    backward_weights_.emplace(net_.fused_graph());
    if (perturbs_weights()) noise_weights_ = wrap_direct(net_.fused_graph(), false);
  }

  void make_noise() {
    net_.make_noise(blocked_map);
    if (!perturbs_weights()) return;
    if (forward_is_noisy()) noisy_weights_.emplace(net_.fused_graph(), net_.weights(), threads_);
    if (sensitivity()) unit_noise_.emplace(net_.fused_graph(), noise_weights_, threads_);
  }

  void draw_weights() {
    if (noisy_weights_) {
      noisy_weights_->draw(forward_, 0, [&](std::size_t node, std::span<const float> weights) {
        call(&options_.poll);
        backward_weights_->repack(node, weights, threads_);
        if (!sensitivity()) keep_noise(node, weights);
      });
    }
    if (unit_noise_) {
      unit_noise_->draw(net_.noise().points.front(), 0,
                        [&](std::size_t node, std::span<const float> weights) { keep_noise(node, weights); });
    }
  }

  /// Of noisy weights.
  void keep_noise(std::size_t node, std::span<const float> weights) {
    const std::span<const float> exact = analog_weights(net_.fused_graph().nodes[node]).values();
    noise_values_.resize(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) noise_values_[i] = weights[i] - exact[i];
    noise_weights_[node].repack(noise_values_.data(), threads_);
  }

  void check(const Inputs& inputs, std::span<const int64_t> samples) const {
    if (samples.empty()) throw Error("a batch needs at least one sample");
    check_inputs(net_.fused_graph(), inputs, samples);
    if (net_.noise().points.front().gains == nullptr) throw Error("set_noise() was not called");
  }

  /// Forward, losses and back.
  void run_part(LearningPlans::Workers& workers, const BatchPart& part, const Batch& batch) {
    const int64_t logits = part.first * net_.classes();
    workers.forward->run({.images = part.images,
                          .samples = part.samples,
                          .sequences = part.sequences,
                          .noise = &net_.noise(),
                          .points = forward_points(),
                          .poll = &options_.poll},
                         {batch.logits + logits, 0});
    for (int64_t s = 0; s < part.count; ++s) take_loss(part.position(s), batch);
    workers.backward.run({.samples = part.samples,
                          .sequences = part.sequences,
                          .noise = &net_.noise(),
                          .point = net_.noise().points.data(),
                          .sum = sensitivity() ? NoiseSum::square : NoiseSum::product,
                          .gradients = logit_gradients_.data() + logits,
                          .poll = &options_.poll},
                         sums_.data() + static_cast<std::size_t>(part.first) * sums_per_sample_);
  }

  /// New plans packed weights of their own.
  void draw_again() {
    if (noisy_weights_) noisy_weights_->forget();
    if (unit_noise_) unit_noise_->forget();
    draw_weights();
  }

  void make_room(const BackwardPlan& plan, std::size_t samples) {
    first_sums_ = plan.first_sums();
    sums_per_sample_ = first_sums_.back();
    sums_.resize(samples * sums_per_sample_);
  }

  [[nodiscard]] std::span<const NoisePoint> forward_points() const { return {&forward_, 1}; }

  void take_loss(int64_t s, const Batch& batch) {
    const auto classes = static_cast<std::size_t>(net_.classes());
    const std::size_t begin = static_cast<std::size_t>(s) * classes;
    losses_[static_cast<std::size_t>(s)] = (*batch.loss)(s, {batch.logits + begin, classes},
                                                         std::span(logit_gradients_).subspan(begin, classes));
  }

  /// From the noise sums of sample s.
  [[nodiscard]] ChannelValues values_of(std::size_t s) const {
    ChannelValues values(net_.layers().size());
    for (std::size_t l = 0; l < net_.layers().size(); ++l) {
      const double* own = sums_.data() + s * sums_per_sample_ + first_sums_[l];
      for (int64_t c = 0; c < net_.layers()[l].out_channels; ++c) values[l].push_back(value_of(own[c]));
    }
    return values;
  }

  /// From the noise sums of every sample, in the order of the samples.
  [[nodiscard]] ChannelValues mean_values(std::size_t n) const {
    ChannelValues values(net_.layers().size());
    for (std::size_t l = 0; l < net_.layers().size(); ++l) {
      values[l].resize(static_cast<std::size_t>(net_.layers()[l].out_channels), 0.0);
      for (std::size_t s = 0; s < n; ++s) {
        const double* own = sums_.data() + s * sums_per_sample_ + first_sums_[l];
        for (std::size_t c = 0; c < values[l].size(); ++c) values[l][c] += value_of(own[c]);
      }
      for (double& value : values[l]) value /= static_cast<double>(n);
    }
    return values;
  }

  [[nodiscard]] double value_of(double sum) const { return sensitivity() ? 0.5 * sum : -0.5 * sum; }

  DifferentiatorOptions options_;
  int threads_;
  CompiledNetwork net_;  // Its noise's point is that of the backward.
  std::vector<NodeWeights> noise_weights_;
  std::optional<BackwardWeights> backward_weights_;
  NoisePoint forward_;                                      // Without gains for the clean network.
  std::optional<NoisyWeights> noisy_weights_, unit_noise_;  // Of the forward; of a sensitivity, at E = 1.
  std::vector<float> noise_values_;
  BatchLanes<LearningPlans> lanes_;
  std::vector<double> losses_, sums_;
  std::vector<std::size_t> first_sums_;
  std::size_t sums_per_sample_ = 0;
  std::vector<float> logit_gradients_;
};

Differentiator::Differentiator(const Graph& graph, const DifferentiatorOptions& options)
    : impl_(std::make_unique<Impl>(graph, options)) {}
Differentiator::~Differentiator() = default;
Differentiator::Differentiator(Differentiator&&) noexcept = default;
Differentiator& Differentiator::operator=(Differentiator&&) noexcept = default;

const Graph& Differentiator::graph() const {
  return impl_->net().graph();
}
const FusedGraph& Differentiator::fused_graph() const {
  return impl_->net().fused_graph();
}
const std::vector<AnalogLayer>& Differentiator::layers() const {
  return impl_->net().layers();
}
void Differentiator::set_noise(const NoiseConfig& config, uint32_t step) {
  impl_->set_noise(config, step);
}
BatchDerivative Differentiator::run(const Inputs& inputs, std::span<const int64_t> samples,
                                    const SampleLoss& loss) {
  return impl_->run(inputs, samples, loss);
}

}  // namespace dpac
