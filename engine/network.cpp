#include "engine/network.h"

#include <optional>

#include <fmt/format.h>
#include <omp.h>

#include "engine/graph/fused_graph.h"
#include "engine/noise/noise_models.h"
#include "engine/noise/noisy_weights.h"
#include "engine/observer.h"
#include "engine/onednn/onednn.h"
#include "engine/plans/batch_lanes.h"
#include "engine/plans/compiled_network.h"
#include "engine/plans/float/float_plan.h"
#include "engine/plans/integer/integer_plan.h"
#include "engine/plans/integer/integer_values.h"
#include "kernels/error.h"

namespace dpac {
namespace {

Spread spread_of(const NetworkOptions& options) {
  const int threads = options.threads > 0 ? options.threads : omp_get_max_threads();
  if (options.batch == 1) return {.threads_per_lane = threads};
  return spread(options.batch, threads);
}

/// What values are stored in, unless they are bytes. Observers see float32.
Storage storage_of(const NetworkOptions& options) {
  if (options.keep_pre_activations) return Storage::float32;
  if (options.arithmetic == Arithmetic::bfloat16) {
    if (!onednn::bfloat16_products()) {
      throw Error(
          "this machine does not multiply in bfloat16 (AVX512_BF16); the arithmetic 'auto-bfloat16' takes "
          "float32 where it does not");
    }
    return Storage::bfloat16;
  }
  const bool wanted = options.arithmetic == Arithmetic::automatic_bfloat16 && onednn::bfloat16_products();
  return wanted ? Storage::bfloat16 : Storage::float32;
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
        storage_(storage_of(options)),
        spread_(spread_of(options)),
        net_(graph, options.noise, options.quantization),
        lanes_(net_.fused_graph(), spread_,
               [this](const Capacity& capacity) { return make_plan(capacity); }) {
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
      net_.check(config, "run");
      points.push_back({.seed = config.seed, .gains = gains_of(config, points, configs)});
    }
    net_.noise().points = std::move(points);
  }

  void run(const Inputs& inputs, std::span<const int64_t> samples, std::span<float> logits,
           Observer* observer) {
    check_inputs(net_.fused_graph(), inputs, samples);
    check_room(samples, logits);
    if (observer != nullptr) check_observable();
    const Batch batch{inputs, samples, logits.data(),
                      samples.size() * static_cast<std::size_t>(net_.classes()), observer};
    if (noisy_weights_) {
      run_by_draws(batch, noise_traits(options_.noise).redraws_weights);
    } else {
      run_part(batch, 0, samples.size(), net_.noise().points, [](bool) {});
    }
  }

  [[nodiscard]] const CompiledNetwork& net() const { return net_; }
  [[nodiscard]] std::string_view arithmetic() const {
    if (!integer_weights_.empty()) return "int8";
    return storage_ == Storage::bfloat16 ? "bfloat16" : "float32";
  }

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
    const bool automatic =
        options_.arithmetic == Arithmetic::automatic || options_.arithmetic == Arithmetic::automatic_bfloat16;
    const NoiseTraits noise = noise_traits(options_.noise);
    return automatic && noise.on_integers && !options_.keep_pre_activations &&
           suits_integers(net_.fused_graph(), options_.quantization, net_.quantizers(), noise.needs_norms);
  }

  [[nodiscard]] bool own_epilogue() const {
    return noise_traits(options_.noise).perturbs_outputs || options_.keep_pre_activations ||
           options_.quantization.activation_bits.has_value();
  }

  void compile_floats() {
    net_.wrap_floats(storage_);
    const bool weight_noise = noise_traits(options_.noise).perturbs_weights;
    if (weight_noise && options_.keep_pre_activations) exact_weights_ = wrap_direct(net_.fused_graph());
    lanes_.prepare();
    net_.make_noise(blocked_map);
    if (weight_noise) {
      noisy_weights_.emplace(net_.fused_graph(), net_.weights(), spread_.lanes * spread_.threads_per_lane);
    } else {
      drop_plain(net_.weights());
    }
  }

  void compile_integers() {
    integer_weights_ = integer_weights(net_.fused_graph(), *options_.quantization.weight_bits);
    lanes_.prepare();
    net_.make_noise(integer_layout);
  }

  [[nodiscard]] std::unique_ptr<NetworkPlan> make_plan(const Capacity& capacity) const {
    call(&options_.poll);
    std::unique_ptr<Plan> plan;
    if (integer_weights_.empty()) {
      plan = std::make_unique<FloatPlan>(net_.fused_graph(), net_.weights(), net_.quantizers(),
                                         plan_options(capacity));
    } else {
      plan = std::make_unique<IntegerPlan>(
          net_.fused_graph(), integer_weights_, net_.quantizers(),
          IntegerPlanOptions{.samples = capacity.samples,
                             .threads = spread_.threads_per_lane,
                             .patch_norms = noise_traits(options_.noise).needs_norms});
    }
    return std::make_unique<NetworkPlan>(std::move(plan));
  }

  [[nodiscard]] FloatPlanOptions plan_options(const Capacity& capacity) const {
    return {.samples = capacity.samples,
            .tokens = capacity.tokens,
            .threads = spread_.threads_per_lane,
            .own_epilogue = own_epilogue(),
            .patch_norms = noise_traits(options_.noise).needs_norms,
            .storage = storage_,
            .companion_weights = exact_weights_.empty() ? nullptr : &exact_weights_};
  }

  /// Shared with an earlier point that differs in its seed alone.
  [[nodiscard]] std::shared_ptr<const std::vector<LayerGains>> gains_of(
      const NoiseConfig& config, std::span<const NoisePoint> earlier,
      std::span<const NoiseConfig> configs) const {
    for (std::size_t i = 0; i < earlier.size(); ++i) {
      if (same_but_seed(configs[i], config)) return earlier[i].gains;
    }
    return layer_gains(net_.noise().layers, config);
  }

  void check_room(std::span<const int64_t> samples, std::span<float> logits) const {
    const std::size_t outputs =
        samples.size() * static_cast<std::size_t>(net_.classes()) * net_.noise().points.size();
    if (logits.size() == outputs) return;
    throw Error(fmt::format("{} samples have {} logits, but there is room for {}", samples.size(), outputs,
                            logits.size()));
  }

  void check_observable() const {
    if (!options_.keep_pre_activations) throw Error("the network was not compiled to be observed");
    if (net_.noise().points.size() != 1) throw Error("an observed run has one noise configuration");
  }

  /// Samples of one group share a draw of the weights; where these are drawn once, all are of one group.
  void run_by_draws(const Batch& batch, bool by_groups) {
    const std::size_t n = batch.samples.size();
    for (std::size_t p = 0; p < net_.noise().points.size(); ++p) {
      Batch part = batch;
      part.logits += p * batch.point_stride;
      for (std::size_t first = 0, last = 0; first < n; first = last) {
        const auto group_of = [&](std::size_t i) {
          return by_groups ? NoisyWeights::group_of(batch.samples[i]) : 0;
        };
        const int64_t group = group_of(first);
        const auto same = [&](std::size_t i) { return i < n && group_of(i) == group; };
        for (last = first; same(last);) ++last;
        const auto points = std::span(net_.noise().points).subspan(p, 1);
        run_part(part, first, last - first, points, [&](bool new_plans) {
          if (new_plans) noisy_weights_->forget();
          noisy_weights_->draw(points.front(), group, [&](auto, auto) { call(&options_.poll); });
        });
      }
    }
  }

  /// Samples [first, first + count) of a batch. When all plans are made, before(whether any is new) is
  /// called.
  template <class Before>
  void run_part(const Batch& batch, std::size_t first, std::size_t count, std::span<const NoisePoint> points,
                const Before& before) {
    const Inputs inputs = subset(batch.inputs, batch.samples.size(), first, count);
    float* logits = batch.logits + first * static_cast<std::size_t>(net_.classes());
    lanes_.run(
        inputs, batch.samples.subspan(first, count),
        [&](const NetworkPlan&, bool new_plans) { before(new_plans); },
        [&](NetworkPlan::Workers& workers, const BatchPart& part) {
          const RunInput input{.images = part.images,
                               .samples = part.samples,
                               .sequences = part.sequences,
                               .noise = &net_.noise(),
                               .points = points,
                               .observer = batch.observer,
                               .poll = &options_.poll};
          workers.worker->run(input, {logits + part.first * net_.classes(), batch.point_stride});
        });
  }

  NetworkOptions options_;
  Storage storage_;
  Spread spread_;
  CompiledNetwork net_;
  std::vector<NodeWeights> exact_weights_;
  std::vector<NodeIntegerWeights> integer_weights_;
  std::optional<NoisyWeights> noisy_weights_;
  BatchLanes<NetworkPlan> lanes_;
};

Network::Network(const Graph& graph, const NetworkOptions& options)
    : impl_(std::make_unique<Impl>(graph, options)) {}
Network::~Network() = default;
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;

const Graph& Network::graph() const {
  return impl_->net().graph();
}
const FusedGraph& Network::fused_graph() const {
  return impl_->net().fused_graph();
}
const std::vector<AnalogLayer>& Network::layers() const {
  return impl_->net().layers();
}
int64_t Network::classes() const {
  return impl_->net().classes();
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
