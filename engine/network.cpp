#include "engine/network.h"

#include <algorithm>
#include <array>
#include <functional>

#include <fmt/format.h>
#include <omp.h>

#include "engine/graph/fuse.h"
#include "engine/noise/noisy_weights.h"
#include "engine/plans/float/float_plan.h"
#include "engine/plans/integer/integer_plan.h"
#include "engine/plans/integer/integer_values.h"
#include "engine/plans/lanes.h"
#include "engine/plans/packing.h"
#include "engine/plans/plan_lanes.h"
#include "engine/thread_scope.h"
#include "kernels/error.h"
#include "kernels/isa.h"

namespace dpac {
namespace {

/// How a batch is spread: samples over threads where there are enough of them, else each operation over
/// threads.
struct Split {
  int lanes = 1;  ///< Workers that run at the same time.
  int threads_per_lane = 1;
  int64_t together = 1;  ///< Samples of a worker's larger plan.
};

Split split_of(const NetworkOptions& options) {
  const int threads = options.threads > 0 ? options.threads : omp_get_max_threads();
  if (options.batch == 1) return {1, threads, 1};
  const auto [lanes, together] = spread(options.batch, threads);
  return {lanes, 1, together};
}

/// A plan in the terms of PlanLanes.
struct NetworkPlan {
  using Size = WorkspaceSize;
  using Space = Workspace;
  struct Workers {
    Workers(const NetworkPlan& made, const Workspace& space) : worker(made.plan->make_worker(space)) {}
    std::unique_ptr<Worker> worker;
  };

  [[nodiscard]] Size size() const { return plan->workspace_size(); }

  std::unique_ptr<Plan> plan;
};

}  // namespace

class Network::Impl {
 public:
  Impl(const Graph& graph, const NetworkOptions& options)
      : options_(options),
        split_(split_of(options)),
        given_(graph),
        graph_(fuse(graph)),
        layers_(analog_layers(graph_)),
        ranges_(weight_ranges(graph_)),
        quantizers_(node_quantizers(graph_, options.quantization)),
        lanes_(split_.lanes, [this](const Capacity& capacity) { return make_plan(capacity); }) {
    active_isa();  // A bad DPAC_FORCE_ISA is reported here, not from inside a parallel region.
    if (use_integers()) {
      compile_integers();
    } else {
      compile_floats();
    }
  }

  void set_noise(std::span<const NoiseConfig> configs) {
    if (configs.empty()) throw Error("no noise configuration was given, expected at least one");
    std::vector<NoisePoint> points;
    for (const NoiseConfig& config : configs) {
      check(config);
      points.push_back({.seed = config.seed, .gains = gains_of(config, points, configs)});
    }
    noise_.points = std::move(points);
  }

  void run(const Inputs& inputs, std::span<const int64_t> samples, std::span<float> logits,
           Observer* observer) {
    check_inputs(graph_, inputs, samples);
    check_room(samples, logits);
    if (observer != nullptr) check_observable();
    const Batch batch{inputs, samples, logits.data(),
                      samples.size() * static_cast<std::size_t>(graph_.classes()), observer};
    const ThreadScope scope(split_.lanes == 1 ? split_.threads_per_lane : split_.lanes);
    if (noisy_weights_) {
      run_by_draws(batch);
    } else {
      run_part(batch, 0, static_cast<int64_t>(samples.size()), noise_.points, [] {});
    }
  }

  [[nodiscard]] const Graph& graph() const { return given_; }
  [[nodiscard]] const FusedGraph& fused_graph() const { return graph_; }
  [[nodiscard]] const std::vector<AnalogLayer>& layers() const { return layers_; }
  [[nodiscard]] std::string_view arithmetic() const { return integer_weights_.empty() ? "float32" : "int8"; }

 private:
  /// One call of run().
  struct Batch {
    Inputs inputs;
    std::span<const int64_t> samples;
    float* logits;
    std::size_t point_stride;
    Observer* observer;
  };

  [[nodiscard]] bool use_integers() const {
    const bool noise_fits = options_.noise == NoiseKind::none || options_.noise == NoiseKind::thermal;
    return options_.arithmetic == Arithmetic::automatic && noise_fits && !options_.keep_pre_activations &&
           suits_integers(graph_, options_.quantization, quantizers_);
  }

  [[nodiscard]] bool own_epilogue() const {
    const bool noisy_products = options_.noise == NoiseKind::shot || options_.noise == NoiseKind::thermal;
    return noisy_products || options_.keep_pre_activations ||
           options_.quantization.activation_bits.has_value();
  }

  void compile_floats() {
    if (options_.quantization.weight_bits) quantize_weights(graph_, *options_.quantization.weight_bits);
    float_weights_ = wrap_weights(graph_);
    const bool weight_noise = options_.noise == NoiseKind::weight;
    if (weight_noise && options_.keep_pre_activations) exact_weights_ = wrap_direct(graph_);
    prepare_for_images();
    make_noise(blocked_map);
    if (weight_noise) {
      noisy_weights_.emplace(graph_, float_weights_, split_.lanes * split_.threads_per_lane);
    } else {
      drop_plain(float_weights_);
    }
  }

  /// Plans for text are made when first needed.
  void prepare_for_images() {
    const std::array capacities = {many(), one()};
    if (!graph_.reads_text()) lanes_.prepare(capacities);
  }

  [[nodiscard]] Capacity many() const { return {.samples = split_.together}; }
  [[nodiscard]] static Capacity one() { return {.samples = 1}; }

  [[nodiscard]] std::unique_ptr<NetworkPlan> make_plan(const Capacity& capacity) const {
    call(&options_.poll);
    std::unique_ptr<Plan> plan;
    if (integer_weights_.empty()) {
      plan = std::make_unique<FloatPlan>(graph_, float_weights_, quantizers_, plan_options(capacity));
    } else {
      plan = std::make_unique<IntegerPlan>(graph_, integer_weights_, quantizers_,
                                           IntegerPlanOptions{capacity.samples, split_.threads_per_lane});
    }
    return std::make_unique<NetworkPlan>(std::move(plan));
  }

  [[nodiscard]] FloatPlanOptions plan_options(const Capacity& capacity) const {
    return {.samples = capacity.samples,
            .tokens = capacity.tokens,
            .threads = split_.threads_per_lane,
            .own_epilogue = own_epilogue(),
            .patch_norms = options_.noise == NoiseKind::shot,
            .companion_weights = exact_weights_.empty() ? nullptr : &exact_weights_};
  }

  void compile_integers() {
    integer_weights_ = integer_weights(graph_, *options_.quantization.weight_bits);
    prepare_for_images();
    make_noise(integer_layout);
  }

  void make_noise(const std::function<BlockedMap(const FusedNode&)>& layout_of) {
    noise_.kind = options_.noise;
    noise_.points.emplace_back();
    noise_.layers =
        layer_noises({graph_, layers_, ranges_, options_.quantization.ranges}, options_.noise, layout_of);
  }

  void check(const NoiseConfig& config) const {
    if (config.kind != options_.noise) {
      throw Error(fmt::format("the network was compiled for noise '{}', and cannot run with noise '{}'",
                              name(options_.noise), name(config.kind)));
    }
    check_noise(layers_, config);
  }

  /// Shared with an earlier point that differs in its seed alone.
  [[nodiscard]] std::shared_ptr<const std::vector<LayerGains>> gains_of(
      const NoiseConfig& config, std::span<const NoisePoint> earlier,
      std::span<const NoiseConfig> configs) const {
    for (std::size_t i = 0; i < earlier.size(); ++i) {
      if (same_but_seed(configs[i], config)) return earlier[i].gains;
    }
    return layer_gains(noise_.layers, config);
  }

  void check_room(std::span<const int64_t> samples, std::span<float> logits) const {
    const std::size_t outputs =
        samples.size() * static_cast<std::size_t>(graph_.classes()) * noise_.points.size();
    if (logits.size() == outputs) return;
    throw Error(fmt::format("{} samples have {} logits, but there is room for {}", samples.size(), outputs,
                            logits.size()));
  }

  void check_observable() const {
    if (!options_.keep_pre_activations) throw Error("the network was not compiled to be observed");
    if (noise_.points.size() != 1) throw Error("an observed run has one noise configuration");
  }

  /// Weight noise: samples of one group share a draw.
  void run_by_draws(const Batch& batch) {
    const auto n = static_cast<int64_t>(batch.samples.size());
    for (std::size_t p = 0; p < noise_.points.size(); ++p) {
      Batch part = batch;
      part.logits += p * batch.point_stride;
      for (int64_t first = 0, last = 0; first < n; first = last) {
        const int64_t group = NoisyWeights::group_of(batch.samples[static_cast<std::size_t>(first)]);
        const auto same = [&](int64_t i) {
          return i < n && NoisyWeights::group_of(batch.samples[static_cast<std::size_t>(i)]) == group;
        };
        for (last = first; same(last);) ++last;
        const auto points = std::span(noise_.points).subspan(p, 1);
        run_part(part, first, last, points, [&] {
          noisy_weights_->draw(points.front(), group, [&](auto, auto) { call(&options_.poll); });
        });
      }
    }
  }

  /// Samples [first, last) of a batch, over all lanes. `before` is called when all plans are made.
  template <class Before>
  void run_part(const Batch& batch, int64_t first, int64_t last, std::span<const NoisePoint> points,
                const Before& before) {
    if (graph_.reads_text()) return run_packs(batch, first, last, points, before);
    before();
    const Chunks chunks(last - first, split_.together);
    run_tasks(split_.lanes, chunks.tasks(), [&](int lane, int64_t task) {
      run_task(lane, chunks.whole(task), first + chunks.first(task), batch, points);
    });
  }

  template <class Before>
  void run_packs(const Batch& batch, int64_t first, int64_t last, std::span<const NoisePoint> points,
                 const Before& before) {
    const auto begin = static_cast<std::size_t>(first), count = static_cast<std::size_t>(last - first);
    const std::vector<Pack> packs = pack_sequences(batch.inputs.sequences.subspan(begin, count),
                                                   batch.samples.subspan(begin, count), split_.lanes);
    if (lanes_.prepare(capacities_of(packs)) && noisy_weights_) noisy_weights_->forget();
    before();
    const LogitsOutput output{batch.logits + first * graph_.classes(), batch.point_stride};
    run_tasks(split_.lanes, static_cast<int64_t>(packs.size()), [&](int lane, int64_t task) {
      const Pack& pack = packs[static_cast<std::size_t>(task)];
      const RunInput input{.sequences = pack.sequences,
                           .noise = &noise_,
                           .points = points,
                           .observer = batch.observer,
                           .poll = &options_.poll};
      lanes_.workers(lane, pack.capacity).worker->run(input, output);
    });
  }

  /// A whole chunk, or a single sample.
  void run_task(int lane, bool chunk, int64_t first, const Batch& batch, std::span<const NoisePoint> points) {
    const int64_t image = graph_.input().channels * graph_.input().pixels();
    const RunInput input{.images = batch.inputs.images.data() + first * image,
                         .samples = batch.samples.data() + first,
                         .noise = &noise_,
                         .points = points,
                         .observer = batch.observer,
                         .poll = &options_.poll};
    lanes_.workers(lane, chunk ? many() : one())
        .worker->run(input, {batch.logits + first * graph_.classes(), batch.point_stride});
  }

  NetworkOptions options_;
  Split split_;
  Graph given_;
  FusedGraph graph_;
  std::vector<AnalogLayer> layers_;
  std::vector<std::vector<ValueRange>> ranges_;  // Of the weights, before they are quantised.
  std::vector<NodeQuantizers> quantizers_;
  std::vector<NodeWeights> float_weights_, exact_weights_;
  std::vector<NodeIntegerWeights> integer_weights_;
  NoiseState noise_;
  std::optional<NoisyWeights> noisy_weights_;
  PlanLanes<NetworkPlan> lanes_;
};

Network::Network(const Graph& graph, const NetworkOptions& options)
    : impl_(std::make_unique<Impl>(graph, options)) {}
Network::~Network() = default;
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;

const Graph& Network::graph() const {
  return impl_->graph();
}
const FusedGraph& Network::fused_graph() const {
  return impl_->fused_graph();
}
const std::vector<AnalogLayer>& Network::layers() const {
  return impl_->layers();
}
std::string_view Network::arithmetic() const {
  return impl_->arithmetic();
}
void Network::set_noise(const NoiseConfig& config) {
  impl_->set_noise({&config, 1});
}
void Network::set_noise(std::span<const NoiseConfig> configs) {
  impl_->set_noise(configs);
}

void Network::run(const Inputs& inputs, std::span<const int64_t> samples, std::span<float> logits) {
  impl_->run(inputs, samples, logits, nullptr);
}

void Network::run_observed(const Inputs& inputs, std::span<const int64_t> samples, std::span<float> logits,
                           Observer& observer) {
  impl_->run(inputs, samples, logits, &observer);
}

}  // namespace dpac
