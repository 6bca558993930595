#include "learn/differentiator.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>
#include <omp.h>

#include "engine/graph/fuse.h"
#include "engine/noise/noise_state.h"
#include "engine/noise/noisy_weights.h"
#include "engine/plans/float/float_plan.h"
#include "engine/plans/lanes.h"
#include "engine/plans/packing.h"
#include "engine/plans/plan_lanes.h"
#include "engine/thread_scope.h"
#include "kernels/error.h"
#include "kernels/isa.h"
#include "learn/learning_plans.h"

namespace dpac {
class Differentiator::Impl {
 public:
  Impl(const Graph& graph, const DifferentiatorOptions& options)
      : options_(options),
        threads_(options.threads > 0 ? options.threads : omp_get_max_threads()),
        spread_(spread(options.batch, threads_)),
        given_(graph),
        graph_(fuse(graph)),
        layers_(analog_layers(graph_)),
        ranges_(weight_ranges(graph_)),
        quantizers_(node_quantizers(graph_, options.quantization)),
        lanes_(spread_.lanes, [this](const Capacity& capacity) {
          call(&options_.poll);
          return std::make_unique<LearningPlans>(parts(), capacity);
        }) {
    if (options.noise == NoiseKind::none) throw Error("without noise there is nothing to differentiate");
    active_isa();
    if (options.quantization.weight_bits) quantize_weights(graph_, *options.quantization.weight_bits);
    wrap();
    const std::array capacities = {many(), one()};
    if (!graph_.reads_text()) lanes_.prepare(capacities);
    make_noise();
    if (!graph_.reads_text() && options.noise != NoiseKind::weight) drop_plain_weights();
  }

  void set_noise(const NoiseConfig& config, uint32_t step) {
    if (config.kind != options_.noise) {
      throw Error(fmt::format("the network was compiled for noise '{}', and cannot learn with noise '{}'",
                              name(options_.noise), name(config.kind)));
    }
    if (!config.repeats.empty()) throw Error("learning has no repeats");
    check_noise(layers_, config);
    NoisePoint& point = noise_.points.front();
    point = forward_ = {.seed = config.seed, .step = step, .gains = layer_gains(noise_.layers, config)};
    if (sensitivity()) {
      NoiseConfig unit = config;
      unit.energies = uniform_energies(layers_, 1);
      point.gains = layer_gains(noise_.layers, unit);
      if (!forward_is_noisy()) forward_.gains = nullptr;
      if (forward_is_noisy()) point.step += kOwnStep;
    }
    draw_weights();
  }

  BatchDerivative run(const Inputs& inputs, std::span<const int64_t> samples, const SampleLoss& loss) {
    check(inputs, samples);
    const std::size_t n = samples.size();
    BatchDerivative result;
    result.logits.resize(n * static_cast<std::size_t>(graph_.classes()));
    losses_.resize(n);
    logit_gradients_.resize(result.logits.size());
    const Batch batch{inputs, samples, &loss, result.logits.data()};
    if (graph_.reads_text()) run_packs(batch);
    if (!graph_.reads_text()) run_chunks(batch);
    for (const double sample : losses_) result.loss += sample / static_cast<double>(n);
    result.values = mean_values(n);
    for (std::size_t s = 0; sensitivity() && s < n; ++s) result.by_sample.push_back(values_of(s));
    return result;
  }

  [[nodiscard]] const Graph& graph() const { return given_; }
  [[nodiscard]] const FusedGraph& fused_graph() const { return graph_; }
  [[nodiscard]] const std::vector<AnalogLayer>& layers() const { return layers_; }

 private:
  /// Added to the step of the noise that a noisy network's sensitivity is of: it is not the network's own.
  static constexpr uint32_t kOwnStep = 1u << 31;

  /// One call of run().
  struct Batch {
    Inputs inputs;
    std::span<const int64_t> samples;
    const SampleLoss* loss;
    float* logits;
  };

  [[nodiscard]] LearningPlans::Parts parts() const {
    return {graph_,         forward_weights_,
            noise_weights_, *backward_weights_,
            quantizers_,    options_.noise == NoiseKind::shot};
  }

  [[nodiscard]] Capacity many() const { return {.samples = spread_.together}; }
  [[nodiscard]] static Capacity one() { return {.samples = 1}; }

  /// Of text plans are made when first needed, from plain weights.
  void drop_plain_weights() {
    drop_plain(forward_weights_);
    backward_weights_->drop_plain();
  }

  [[nodiscard]] bool sensitivity() const { return options_.derivative != Derivative::gradient; }
  [[nodiscard]] bool forward_is_noisy() const { return options_.derivative != Derivative::sensitivity; }

  void wrap() {
    forward_weights_ = wrap_weights(graph_);
    backward_weights_.emplace(graph_);
    if (options_.noise == NoiseKind::weight) noise_weights_ = wrap_direct(graph_, false);
  }

  void make_noise() {
    noise_.kind = options_.noise;
    noise_.points.emplace_back();
    noise_.layers =
        layer_noises({graph_, layers_, ranges_, options_.quantization.ranges}, options_.noise, blocked_map);
    if (options_.noise != NoiseKind::weight) return;
    if (forward_is_noisy()) noisy_weights_.emplace(graph_, forward_weights_, threads_);
    if (sensitivity()) unit_noise_.emplace(graph_, noise_weights_, threads_);
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
      unit_noise_->draw(noise_.points.front(), 0,
                        [&](std::size_t node, std::span<const float> weights) { keep_noise(node, weights); });
    }
  }

  /// Of noisy weights.
  void keep_noise(std::size_t node, std::span<const float> weights) {
    const std::span<const float> exact = analog_weights(graph_.nodes[node]).values();
    noise_values_.resize(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) noise_values_[i] = weights[i] - exact[i];
    noise_weights_[node].repack(noise_values_.data(), threads_);
  }

  void check(const Inputs& inputs, std::span<const int64_t> samples) const {
    if (samples.empty()) throw Error("a batch needs at least one sample");
    check_inputs(graph_, inputs, samples);
    if (noise_.points.front().gains == nullptr) throw Error("set_noise() was not called");
  }

  void run_chunks(const Batch& batch) {
    const ThreadScope scope(spread_.lanes);
    make_room(lanes_.plans(many()).backward, batch.samples.size());
    const Chunks chunks(static_cast<int64_t>(batch.samples.size()), spread_.together);
    run_tasks(spread_.lanes, chunks.tasks(), [&](int lane, int64_t task) {
      run_chunk(lane, chunks.whole(task), chunks.first(task), batch);
    });
  }

  /// A whole chunk, or a single sample.
  void run_chunk(int lane, bool chunk, int64_t first, const Batch& batch) {
    LearningPlans::Workers& workers = lanes_.workers(lane, chunk ? many() : one());
    const int64_t image = graph_.input().channels * graph_.input().pixels(), classes = graph_.classes();
    workers.forward->run({.images = batch.inputs.images.data() + first * image,
                          .samples = batch.samples.data() + first,
                          .noise = &noise_,
                          .points = forward_points(),
                          .poll = &options_.poll},
                         {batch.logits + first * classes, 0});
    for (int64_t s = first; s < first + (chunk ? spread_.together : 1); ++s) take_loss(s, batch);
    BackwardInput input = backward_input();
    input.samples = batch.samples.data() + first;
    input.gradients += first * classes;
    workers.backward.run(input, sums_.data() + static_cast<std::size_t>(first) * sums_per_sample_);
  }

  void run_packs(const Batch& batch) {
    const std::vector<Pack> packs = pack_sequences(batch.inputs.sequences, batch.samples, spread_.lanes);
    if (lanes_.prepare(capacities_of(packs))) draw_again();
    make_room(lanes_.plans(packs.front().capacity).backward, batch.samples.size());
    const ThreadScope scope(spread_.lanes);
    run_tasks(spread_.lanes, static_cast<int64_t>(packs.size()), [&](int lane, int64_t task) {
      const Pack& pack = packs[static_cast<std::size_t>(task)];
      LearningPlans::Workers& workers = lanes_.workers(lane, pack.capacity);
      workers.forward->run(
          {.sequences = pack.sequences, .noise = &noise_, .points = forward_points(), .poll = &options_.poll},
          {batch.logits, 0});
      for (const PlacedSequence& sequence : pack.sequences) take_loss(sequence.position, batch);
      BackwardInput input = backward_input();
      input.sequences = pack.sequences;
      workers.backward.run(input, sums_.data());
    });
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

  [[nodiscard]] BackwardInput backward_input() const {
    const bool squares = sensitivity() && options_.noise != NoiseKind::weight;
    return {.noise = &noise_,
            .point = noise_.points.data(),
            .sum = squares ? NoiseSum::square : NoiseSum::product,
            .gradients = logit_gradients_.data(),
            .poll = &options_.poll};
  }

  void take_loss(int64_t s, const Batch& batch) {
    const auto classes = static_cast<std::size_t>(graph_.classes());
    const std::size_t begin = static_cast<std::size_t>(s) * classes;
    losses_[static_cast<std::size_t>(s)] = (*batch.loss)(s, {batch.logits + begin, classes},
                                                         std::span(logit_gradients_).subspan(begin, classes));
  }

  /// From the noise sums of sample s.
  [[nodiscard]] ChannelValues values_of(std::size_t s) const {
    ChannelValues values(layers_.size());
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const double* own = sums_.data() + s * sums_per_sample_ + first_sums_[l];
      for (int64_t c = 0; c < layers_[l].out_channels; ++c) values[l].push_back(value_of(own[c]));
    }
    return values;
  }

  /// From the noise sums of every sample, in the order of the samples.
  [[nodiscard]] ChannelValues mean_values(std::size_t n) const {
    ChannelValues values(layers_.size());
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      values[l].resize(static_cast<std::size_t>(layers_[l].out_channels), 0.0);
      for (std::size_t s = 0; s < n; ++s) {
        const double* own = sums_.data() + s * sums_per_sample_ + first_sums_[l];
        for (std::size_t c = 0; c < values[l].size(); ++c) values[l][c] += value_of(own[c]);
      }
      for (double& value : values[l]) value /= static_cast<double>(n);
    }
    return values;
  }

  /// Weight noise is one draw for all of a sample's pixels: its variance at the loss is estimated by the
  /// square of what this draw does.
  [[nodiscard]] double value_of(double sum) const {
    if (!sensitivity()) return -0.5 * sum;
    return 0.5 * (options_.noise == NoiseKind::weight ? sum * sum : sum);
  }

  DifferentiatorOptions options_;
  int threads_;
  Spread spread_;
  Graph given_;
  FusedGraph graph_;
  std::vector<AnalogLayer> layers_;
  std::vector<std::vector<ValueRange>> ranges_;  // Of the weights, before they are quantised.
  std::vector<NodeQuantizers> quantizers_;
  std::vector<NodeWeights> forward_weights_, noise_weights_;
  std::optional<BackwardWeights> backward_weights_;
  NoiseState noise_;                                        // Its point is that of the backward.
  NoisePoint forward_;                                      // Without gains for the clean network.
  std::optional<NoisyWeights> noisy_weights_, unit_noise_;  // Of the forward; of a sensitivity, at E = 1.
  std::vector<float> noise_values_;
  PlanLanes<LearningPlans> lanes_;
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
  return impl_->graph();
}
const FusedGraph& Differentiator::fused_graph() const {
  return impl_->fused_graph();
}
const std::vector<AnalogLayer>& Differentiator::layers() const {
  return impl_->layers();
}
void Differentiator::set_noise(const NoiseConfig& config, uint32_t step) {
  impl_->set_noise(config, step);
}
BatchDerivative Differentiator::run(const Inputs& inputs, std::span<const int64_t> samples,
                                    const SampleLoss& loss) {
  return impl_->run(inputs, samples, loss);
}

}  // namespace dpac
