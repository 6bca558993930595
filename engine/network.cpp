#include "engine/network.h"

#include <algorithm>
#include <atomic>
#include <exception>

#include <fmt/format.h>
#include <omp.h>

#include "engine/plan.h"
#include "engine/worker.h"
#include "kernels/error.h"
#include "kernels/isa.h"

namespace dpac {
namespace {

// Samples that go through the network together in one thread: enough to use a layer's weights several times while
// they are in the cache, few enough for the activations to stay there too.
constexpr int64_t kMostTogether = 4;

/// How a batch is spread: samples over threads where there are enough of them, else each operation over threads.
struct Split {
  int lanes = 1;              ///< Workers that run at the same time.
  int threads_per_lane = 1;
  int64_t together = 1;       ///< Samples of a worker's larger plan.
};

Split split_of(const NetworkOptions& options) {
  const int threads = options.threads > 0 ? options.threads : omp_get_max_threads();
  if (options.batch == 1) return {1, threads, 1};
  const auto lanes = static_cast<int>(std::min<int64_t>(threads, options.batch));
  return {lanes, 1, std::clamp<int64_t>(options.batch / lanes, 1, kMostTogether)};
}

/// Sets what omp_get_max_threads() gives to oneDNN while a network runs.
class ThreadScope {
 public:
  explicit ThreadScope(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
  ~ThreadScope() { omp_set_num_threads(before_); }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

}  // namespace

class Network::Impl {
 public:
  Impl(Graph graph, const NetworkOptions& options)
      : options_(options),
        split_(split_of(options)),
        graph_(std::move(graph)),
        layers_(analog_layers(graph_)),
        weights_(wrap_weights(graph_)),
        many_(graph_, weights_, plan_options(split_.together)),
        one_(graph_, weights_, plan_options(1)) {
    drop_plain(weights_);
    active_isa();  // A bad DPAC_FORCE_ISA is reported here, not from inside a parallel region.
    if (separate_noise()) {
      for (const AnalogLayer& layer : layers_) {
        noise_.layers.emplace_back(graph_, graph_.nodes[static_cast<std::size_t>(layer.node)], onednn::channel_block());
      }
    }
    for (int i = 0; i < split_.lanes; ++i) lanes_.push_back(std::make_unique<Lane>(*this));
  }

  void set_noise(const NoiseConfig& config) {
    if (config.kind != options_.noise) {
      throw Error(fmt::format("the network was compiled for noise '{}', and cannot run with noise '{}'",
                              name(options_.noise), name(config.kind)));
    }
    if (config.kind == NoiseKind::none) return;
    check_energies(layers_, config.energies);
    for (std::size_t l = 0; l < layers_.size(); ++l) noise_.layers[l].set_energies(config.energies[l]);
    noise_.seed = config.seed;
  }

  void run(std::span<const float> images, std::span<const int64_t> samples, std::span<float> logits,
           Observer* observer) {
    check_sizes(images, samples, logits);
    const auto n = static_cast<int64_t>(samples.size());
    const int64_t chunks = n / split_.together;
    const int64_t tasks = chunks + n % split_.together;
    const ThreadScope scope(split_.lanes == 1 ? split_.threads_per_lane : split_.lanes);
    std::atomic<int64_t> next{0};
    std::exception_ptr failure;
    const auto work = [&](int lane) {
      try {
        for (int64_t t = next++; t < tasks; t = next++) run_task(lane, t, chunks, images, samples, logits, observer);
      } catch (...) {
        next = tasks;
#pragma omp critical(dpac_network_failure)
        failure = std::current_exception();
      }
    };
    if (split_.lanes == 1) {
      work(0);
    } else {
#pragma omp parallel num_threads(split_.lanes)
      work(omp_get_thread_num());
    }
    if (failure) std::rethrow_exception(failure);
  }

  [[nodiscard]] const Graph& graph() const { return graph_; }
  [[nodiscard]] const std::vector<AnalogLayer>& layers() const { return layers_; }

 private:
  struct Lane {
    explicit Lane(const Impl& network)
        : workspace(std::max(network.many_.arena_size(), network.one_.arena_size()),
                    std::max(network.many_.scratchpad_size(), network.one_.scratchpad_size()),
                    Worker::norms_size(network.graph_)),
          many(network.graph_, network.many_, workspace),
          one(network.graph_, network.one_, workspace) {}

    Workspace workspace;
    Worker many, one;
  };

  [[nodiscard]] bool separate_noise() const {
    return options_.noise != NoiseKind::none || options_.keep_pre_activations;
  }

  [[nodiscard]] PlanOptions plan_options(int64_t samples) const {
    return {.samples = samples, .threads = split_.threads_per_lane, .separate_noise = separate_noise()};
  }

  void check_sizes(std::span<const float> images, std::span<const int64_t> samples, std::span<float> logits) const {
    const auto image = static_cast<std::size_t>(graph_.input().channels * graph_.input().pixels());
    const auto classes = static_cast<std::size_t>(graph_.classes());
    if (images.size() != samples.size() * image || logits.size() != samples.size() * classes) {
      throw Error(fmt::format("{} samples need {} input values and room for {} logits, but {} and {} were given",
                              samples.size(), samples.size() * image, samples.size() * classes, images.size(),
                              logits.size()));
    }
  }

  /// Tasks 0 ... chunks - 1 are chunks of `together` samples; the rest are single ones.
  void run_task(int lane, int64_t task, int64_t chunks, std::span<const float> images,
                std::span<const int64_t> samples, std::span<float> logits, Observer* observer) {
    Lane& l = *lanes_[static_cast<std::size_t>(lane)];
    Worker& worker = task < chunks ? l.many : l.one;
    const int64_t first = task < chunks ? task * split_.together : chunks * split_.together + (task - chunks);
    const int64_t image = graph_.input().channels * graph_.input().pixels();
    worker.run({images.data() + first * image, samples.data() + first, &noise_, observer},
               logits.data() + first * graph_.classes());
  }

  NetworkOptions options_;
  Split split_;
  Graph graph_;
  std::vector<AnalogLayer> layers_;
  std::vector<NodeWeights> weights_;
  Plan many_, one_;
  NoiseState noise_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

Network::Network(Graph graph, const NetworkOptions& options)
    : impl_(std::make_unique<Impl>(std::move(graph), options)) {}
Network::~Network() = default;
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;

const Graph& Network::graph() const { return impl_->graph(); }
const std::vector<AnalogLayer>& Network::layers() const { return impl_->layers(); }
void Network::set_noise(const NoiseConfig& config) { impl_->set_noise(config); }

void Network::run(std::span<const float> images, std::span<const int64_t> samples, std::span<float> logits) {
  impl_->run(images, samples, logits, nullptr);
}

void Network::run_observed(std::span<const float> images, std::span<const int64_t> samples, std::span<float> logits,
                           Observer& observer) {
  impl_->run(images, samples, logits, &observer);
}

}  // namespace dpac
