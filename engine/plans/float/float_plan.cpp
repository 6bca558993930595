#include "engine/plans/float/float_plan.h"

#include <algorithm>

#include "engine/ops/attention/attention_head.h"
#include "engine/ops/digital.h"
#include "engine/ops/digital_ops.h"
#include "engine/plans/float/float_memory.h"
#include "engine/plans/float/float_worker.h"

namespace dpac {
namespace {

/// By what [tokens][tokens] matrices of short sequences are padded, at most: four of them by a whole vector.
constexpr int64_t kPaddingPerToken = 4 * kRowUnit;

/// Heads and head size of the attentions, for one sequence of `tokens`; no heads without attention.
AttentionShape attention_shape(const FusedGraph& graph, int64_t tokens) {
  for (const FusedNode& node : graph.nodes) {
    const auto* context = std::get_if<AttentionContextOp>(&node.op);
    if (context == nullptr) continue;
    return {context->heads, node.shape().channels / context->heads, tokens, tokens};
  }
  return {0, 0, tokens, tokens};
}

}  // namespace

BlockedMap blocked_map(const FusedNode& node) {
  return {node.shape().channels, node.shape().pixels(), onednn::channel_block()};
}

MapShape FloatPlan::shape(std::size_t node) const {
  const MapShape& own = graph_.nodes[node].shape();
  if (!graph_.reads_text()) return own;
  return {own.channels, 1, graph_.nodes[node].value.tokens ? options_.tokens : options_.samples};
}

BlockedMap FloatPlan::map(std::size_t node) const {
  const MapShape own = shape(node);
  return {own.channels, own.pixels(), onednn::channel_block()};
}

FloatPlan::FloatPlan(const FusedGraph& graph, const std::vector<NodeWeights>& weights,
                     const std::vector<NodeQuantizers>& quantizers, const FloatPlanOptions& options)
    : graph_(graph), options_(options), steps_(graph.nodes.size()), first_analog_(dpac::first_analog(graph)) {
  describe_steps();
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    steps_[n].quantizers = quantizers[n];
    steps_[n].storage = storage_of(n, weights);
    make_primitive(n, weights);
  }
  size_.arena = place_values(*this, weights, steps_);
  size_.norms = graph_.reads_text()
                    ? static_cast<std::size_t>(2 * std::max(options_.tokens, options_.samples))
                    : patch_scratch_size(graph_, options_.threads);
  size_.heads = HeadLayout(longest_attention()).size * static_cast<std::size_t>(options_.threads);
  if (options_.tape) size_.tape = place_tape(*this, steps_);
}

int64_t FloatPlan::values_per_map(std::size_t node) const {
  const FusedNode& own = graph_.nodes[node];
  if (!std::holds_alternative<InputOp>(own.op)) return map(node).size();
  return own.shape().channels * own.shape().pixels();
}

bool FloatPlan::keeps_images() const {
  return !graph_.reads_text() && options_.storage == Storage::float32 && !steps_[0].quantizers.output;
}

/// Digital ops that oneDNN does not run, attention, and norms within groups.
std::vector<int> FloatPlan::float_reads(std::size_t n) const {
  const FusedNode& own = graph_.nodes[n];
  if (std::holds_alternative<AttentionContextOp>(own.op)) {
    const FusedNode& scores = graph_.nodes[static_cast<std::size_t>(own.input())];
    return {scores.input(), scores.second(), own.second()};
  }
  if (is_digital(own) && !is_compiled(own)) return own.inputs;
  const bool norms_in_groups = options_.patch_norms && has_weights(own) && groups_of(own) != 1;
  return norms_in_groups ? std::vector<int>{own.input()} : std::vector<int>();
}

/// Logits stay in float32, unless their product adds to a value that is not, or makes others too.
Storage FloatPlan::storage_of(std::size_t n, const std::vector<NodeWeights>& weights) const {
  const FusedNode& node = graph_.nodes[n];
  const bool last = n + 1 == graph_.nodes.size();
  const bool alone = weights[n].product_of == kNone && weights[n].stack == nullptr;
  return last && alone && node.residual == kNone && !is_compiled(node) ? Storage::float32 : options_.storage;
}

std::size_t FloatPlan::samples_of(std::span<const PlacedSequence> sequences) const {
  return graph_.reads_text() ? sequences.size() : static_cast<std::size_t>(options_.samples);
}

SamplePart FloatPlan::part(std::size_t node, std::size_t s, const int64_t* samples,
                           std::span<const PlacedSequence> sequences) const {
  const auto number = static_cast<int64_t>(s);
  if (!graph_.reads_text()) return {samples[s], number, number, 0, graph_.nodes[node].shape().pixels()};
  const PlacedSequence& own = sequences[s];
  if (!graph_.nodes[node].value.tokens) return {own.sample, own.position, 0, number, 1};
  return {own.sample, own.position, 0, own.first, own.tokens.length()};
}

void FloatPlan::describe_steps() {
  int layer = 0;
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    const FusedNode& node = graph_.nodes[n];
    if (is_analog(node)) steps_[n].layer = layer++;
    for (const int from : float_reads(n)) steps_[n].float_reads.push_back({.node = from, .copy = {}});
    if (!is_digital(node)) continue;
    DigitalMaps& digital = steps_[n].digital.emplace(DigitalMaps{{}, run_maps(n)});
    for (const int from : node.inputs) digital.in.push_back(run_maps(static_cast<std::size_t>(from)));
  }
}

RunMaps FloatPlan::run_maps(std::size_t node) const {
  return {shape(node), onednn::channel_block(), maps()};
}

AttentionShape FloatPlan::longest_attention() const {
  return attention_shape(graph_, options_.tokens);
}

std::size_t FloatPlan::head_buffers() const {
  const AttentionShape longest = longest_attention(), shortest = attention_shape(graph_, 1);
  // Rounding to whole vectors makes several short sequences need a little more than a long one.
  const std::size_t rounding = HeadLayout(shortest).size * static_cast<std::size_t>(options_.samples) +
                               static_cast<std::size_t>(kPaddingPerToken * options_.tokens);
  return static_cast<std::size_t>(longest.heads) * (HeadLayout(longest).size + rounding);
}

onednn::ConvolutionSpec FloatPlan::product(std::size_t n, const NodeWeights& weights) const {
  const FusedNode& node = graph_.nodes[n];
  onednn::ConvolutionSpec spec;
  spec.name = node.name;
  spec.batch = maps();
  spec.in = shape(static_cast<std::size_t>(node.input()));
  spec.out = shape(n);
  if (weights.grouped != nullptr) {
    spec.groups = weights.grouped->groups();
    spec.in.channels = weights.grouped->in_channels();
    spec.out.channels = weights.grouped->out_channels();
  }
  if (weights.stack != nullptr) spec.out.channels = weights.stack->weights.dim(0);
  spec.geometry = product_of(node).geometry;
  spec.plain_input = node.input() == 0 && !graph_.reads_text();
  spec.src = options_.storage;
  spec.dst = steps_[n].storage;
  if (!options_.own_epilogue) {
    spec.post_ops = {.add_to_dst = node.residual != kNone,
                     .relu = node.activation == Activation::relu || node.activation == Activation::relu6 ||
                             node.relu_after_residual};
    if (node.activation == Activation::relu6) spec.post_ops.most = 6;
  }
  return spec;
}

void FloatPlan::make_primitive(std::size_t n, const std::vector<NodeWeights>& weights) {
  const FusedNode& node = graph_.nodes[n];
  Step& step = steps_[n];
  if (weights[n].winograd) {
    step.winograd.emplace(product(n, weights[n]), *weights[n].winograd, options_.threads);
    size_.scratchpad = std::max(size_.scratchpad, step.winograd->scratchpad_size());
  } else if (weights[n].direct) {
    step.primitive = onednn::make_convolution(product(n, weights[n]), *weights[n].direct, options_.threads);
  } else if (step.digital) {
    step.primitive = compile_digital(node, *step.digital, {options_.threads, options_.tape, step.storage});
  }
  if (options_.companion_weights != nullptr && has_weights(node)) make_companion(n);
  size_.scratchpad = std::max(size_.scratchpad, step.primitive.scratchpad_size());
}

void FloatPlan::make_companion(std::size_t n) {
  const NodeWeights& weights = (*options_.companion_weights)[n];
  Step& step = steps_[n];
  step.companion = onednn::make_convolution(product(n, weights), *weights.direct, options_.threads);
  size_.scratchpad = std::max(size_.scratchpad, step.companion.scratchpad_size());
}

std::unique_ptr<Worker> FloatPlan::make_worker(const Workspace& workspace) const {
  return std::make_unique<FloatWorker>(*this, workspace);
}

}  // namespace dpac
