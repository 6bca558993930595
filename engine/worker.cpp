#include "engine/worker.h"

#include <algorithm>

#include "kernels/patch_norm.h"
#include "kernels/subsample.h"

namespace dpac {
namespace {

constexpr std::size_t kLine = 16;  // Floats in a cache line.

std::size_t rounded(std::size_t size) { return (size + kLine - 1) / kLine * kLine; }

/// The part of the runs that belongs to one of `parts` threads.
std::span<const PixelRun> share(std::span<const PixelRun> runs, int part, int parts) {
  const std::size_t begin = runs.size() * static_cast<std::size_t>(part) / static_cast<std::size_t>(parts);
  const std::size_t end = runs.size() * static_cast<std::size_t>(part + 1) / static_cast<std::size_t>(parts);
  return runs.subspan(begin, end - begin);
}

}  // namespace

Workspace::Workspace(std::size_t arena_size, std::size_t scratchpad_size, std::size_t norms_size)
    : memory_(rounded(arena_size) + rounded(scratchpad_size) + rounded(norms_size)),
      arena_(memory_.data()),
      scratchpad_(arena_ + rounded(arena_size)),
      norms_(scratchpad_ + rounded(scratchpad_size)) {
  std::fill_n(memory_.data(), memory_.size(), 0.0f);  // Touches the pages now rather than in the first run.
}

std::size_t Worker::norms_size(const Graph& graph) {
  int64_t size = 0;
  for (const Node& node : graph.nodes) {
    if (!is_analog(node)) continue;
    const MapShape& in = graph.nodes[static_cast<std::size_t>(node.input)].shape;
    size = std::max(size, node.shape.pixels() + in.height * node.shape.width);
  }
  return static_cast<std::size_t>(size);
}

Worker::Worker(const Graph& graph, const Plan& plan, const Workspace& workspace)
    : graph_(graph), plan_(plan), workspace_(workspace) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) products_.push_back(bind(n));
}

Worker::Product Worker::bind(std::size_t n) const {
  const Plan::Step& step = plan_.step(n);
  const Node& node = graph_.nodes[n];
  float* dst = value(static_cast<int>(n));
  if (step.winograd) return Winograd::Call(*step.winograd, value(node.input), dst, workspace_.scratchpad());
  if (step.primitive) return step.primitive.bind(value(node.input), dst, workspace_.scratchpad());
  return {};
}

void Worker::run(const RunInput& input, float* logits) {
  int analog_layer = 0;
  for (std::size_t n = 0; n < graph_.nodes.size(); ++n) run_node(n, analog_layer, input);
  copy_logits(logits);
}

void Worker::run_node(std::size_t n, int& analog_layer, const RunInput& input) {
  const Node& node = graph_.nodes[n];
  const int number = static_cast<int>(n);
  run_product(n, input);
  if (const auto* shortcut = std::get_if<SubsampleOp>(&node.op)) run_subsample(node, number, *shortcut);
  if (!is_analog(node)) {
    if (plan_.step(n).sums) sum_squares_of(node, number, input);
    return;
  }
  if (plan_.options().separate_noise) finish_analog(node, number, analog_layer, input);
  ++analog_layer;
}

void Worker::run_product(std::size_t n, const RunInput& input) {
  if (auto* winograd = std::get_if<Winograd::Call>(&products_[n])) {
    winograd->run(stream_);
  } else if (auto* call = std::get_if<onednn::Call>(&products_[n])) {
    if (graph_.nodes[n].input == 0) call->set_src(input.images);
    call->run(stream_);
  }
}

void Worker::finish_analog(const Node& node, int n, int layer, const RunInput& input) {
  const ShotNoise& shot = input.noise->layers[static_cast<std::size_t>(layer)];
  const Node& from = input_of(node);
  const std::optional<std::size_t> sums_out = plan_.step(static_cast<std::size_t>(n)).sums;
  const float* sums_in = workspace_.arena() + *plan_.step(static_cast<std::size_t>(node.input)).sums;
  float* scales = workspace_.norms();
  for (int64_t s = 0; s < samples(); ++s) {
    patch_norms(shot.window(), sums_in + s * from.shape.pixels(), scales + node.shape.pixels(), scales);
    AnalogEpilogue epilogue{.map = shot.map(),
                            .runs = shot.runs(),
                            .gains = shot.gains(),
                            .scales = scales,
                            .relu = node.relu,
                            .relu_after_residual = node.relu_after_residual};
    const int64_t offset = s * shot.map().size();
    if (node.residual != kNone) epilogue.residual = value(node.residual) + offset;
    const NoiseKey key{.seed = input.noise->seed,
                       .layer = static_cast<uint16_t>(layer),
                       .sample = static_cast<uint32_t>(input.samples[s])};
    float* y = value(n) + offset;
    if (input.observer != nullptr) {
      const bool plain = node.input == 0;
      const float* x = plain ? input.images : value(node.input);
      const int64_t x_size = plain ? from.shape.channels * from.shape.pixels() : blocked_map(from).size();
      input.observer->analog({layer, input.samples[s], x + s * x_size, plain, blocked_map(from), y, epilogue, key});
    }
    run_epilogue(epilogue, key, y, sums_out ? workspace_.arena() + *sums_out + s * node.shape.pixels() : nullptr);
  }
}

void Worker::run_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, float* y, float* sums) const {
  const int threads = plan_.options().threads;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int t = 0; t < threads; ++t) {
    AnalogEpilogue part = epilogue;
    part.runs = share(epilogue.runs, t, threads);
    run_analog_epilogue(part, key, y, sums);
  }
}

void Worker::run_subsample(const Node& node, int n, const SubsampleOp& op) const {
  const Node& from = input_of(node);
  const Subsample shortcut{blocked_map(from), blocked_map(node),          from.shape.width,
                           node.shape.width,  op.stride, op.channels_before};
  for (int64_t s = 0; s < samples(); ++s) {
    subsample(shortcut, value(node.input) + s * shortcut.in.size(), value(n) + s * shortcut.out.size());
  }
}

void Worker::sum_squares_of(const Node& node, int n, const RunInput& input) const {
  float* sums = workspace_.arena() + *plan_.step(static_cast<std::size_t>(n)).sums;
  const int64_t pixels = node.shape.pixels();
  for (int64_t s = 0; s < samples(); ++s) {
    if (n == 0) {
      sum_squares_plain(node.shape.channels, pixels, input.images + s * node.shape.channels * pixels, sums + s * pixels);
    } else {
      sum_squares(blocked_map(node), value(n) + s * blocked_map(node).size(), sums + s * pixels);
    }
  }
}

void Worker::copy_logits(float* logits) const {
  const int64_t classes = graph_.classes();
  const int64_t stride = blocked_map(graph_.nodes.back()).size();
  const float* last = value(static_cast<int>(graph_.nodes.size()) - 1);
  for (int64_t s = 0; s < samples(); ++s) std::copy_n(last + s * stride, classes, logits + s * classes);
}

}  // namespace dpac
