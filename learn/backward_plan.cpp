#include "learn/backward_plan.h"

#include <algorithm>

#include "engine/graph/fused_graph.h"
#include "engine/ops/attention/attention_backward.h"
#include "engine/plans/memory_plan.h"

namespace dpac {
namespace {

constexpr int kThreads = 1;

bool is_attention(const FusedNode& node) {
  return is_analog(node) && !has_weights(node);
}

}  // namespace

BackwardPlan::BackwardPlan(const FloatPlan& forward, const BackwardWeights& weights)
    : forward_(forward), steps_(forward.graph().nodes.size()) {
  connect();
  for (std::size_t n = 0; n < steps_.size(); ++n) make_primitive(n, weights);
  place_gradients();
  place_sums();
  size_.heads = head_backward_size(forward.longest_attention());
}

/// Finds which gradients are needed, and whose terms are added to earlier ones.
void BackwardPlan::connect() {
  const std::vector<bool> needed = depends_on_noise(graph());
  std::vector<bool> begun(steps_.size(), false);
  const auto reads = [&](int from) {
    const bool has_terms = begun[static_cast<std::size_t>(from)];
    begun[static_cast<std::size_t>(from)] = true;
    return has_terms;
  };
  for (std::size_t n = steps_.size(); n-- > 0;) {
    const FusedNode& node = graph().nodes[n];
    steps_[n].needed = needed[n];
    if (is_attention(node)) continue;
    if (node.residual != kNone) steps_[n].add_to_residual = reads(node.residual);
    if (is_digital(node) && !is_compiled(node)) {
      for (const int from : node.inputs) steps_[n].begins.push_back(!reads(from));
    } else if (node.input() != kNone) {
      steps_[n].add_to_input = reads(node.input());
    }
  }
}

void BackwardPlan::make_primitive(std::size_t n, const BackwardWeights& weights) {
  const FusedNode& node = graph().nodes[n];
  Step& step = steps_[n];
  if (has_weights(node)) {
    make_product(n, weights);
  } else if (is_compiled(node) && step.needed) {
    step.primitive = compile_digital_backward(node, *forward_.step(n).digital, {kThreads, true});
  }
  if (step.primitive) size_.scratchpad = std::max(size_.scratchpad, step.primitive.scratchpad_size());
  if (step.winograd) size_.scratchpad = std::max(size_.scratchpad, step.winograd->scratchpad_size());
}

void BackwardPlan::make_product(std::size_t n, const BackwardWeights& weights) {
  const BackwardForm form = weights.form(n);
  if (form == BackwardForm::none) return;
  const FusedNode& node = graph().nodes[n];
  Step& step = steps_[n];
  onednn::ConvolutionSpec spec;
  spec.name = node.name;
  spec.batch = forward_.maps();
  spec.in = forward_.shape(static_cast<std::size_t>(node.input()));
  spec.out = forward_.shape(n);
  spec.geometry = product_of(node).geometry;
  if (const auto& grouped = weights.of(n).grouped) {
    spec.groups = grouped->groups();
    spec.in.channels = grouped->in_channels();
    spec.out.channels = grouped->out_channels();
  }
  if (form == BackwardForm::strided) {
    step.primitive = onednn::make_convolution_backward(spec, *weights.of(n).direct, kThreads);
    return;
  }
  std::swap(spec.in, spec.out);
  spec.geometry = transposed(spec.geometry);
  spec.post_ops.add_to_dst = step.add_to_input;
  if (const auto& winograd = weights.of(n).winograd) {
    step.winograd.emplace(spec, *winograd, kThreads);
  } else {
    step.primitive = onednn::make_convolution(spec, *weights.of(n).direct, kThreads);
  }
}

void BackwardPlan::place_gradients() {
  const auto last = static_cast<int>(steps_.size()) - 1;
  LifetimeTable table(kNone, last);
  const std::vector<BackwardForm> forms = backward_forms(graph());
  std::vector<std::optional<std::size_t>> places(steps_.size()), terms(steps_.size());
  const auto size_of = [&](int node) {
    return forward_.maps() * forward_.map(static_cast<std::size_t>(node)).size();
  };
  const auto reaches = [&](int node) {
    return node != kNone && steps_[static_cast<std::size_t>(node)].needed;
  };
  const auto write = [&](int node, int now) {
    if (!reaches(node)) return;
    auto& place = places[static_cast<std::size_t>(node)];
    if (!place) place = table.add(size_of(node), now);
    table.use(*place, now);
  };
  // Time runs from the last node to the first.
  for (int n = last; n >= 0; --n) {
    const int now = last - n;
    const FusedNode& node = graph().nodes[static_cast<std::size_t>(n)];
    if (std::holds_alternative<AttentionScoresOp>(node.op)) continue;
    write(n, now);
    if (std::holds_alternative<AttentionContextOp>(node.op)) {
      const FusedNode& scores = graph().nodes[static_cast<std::size_t>(node.input())];
      for (const int operand : {scores.input(), scores.second(), node.second()}) write(operand, now);
      continue;
    }
    write(node.residual, now);
    for (const int from : node.inputs) write(from, now);
    if (!reaches(node.input())) continue;
    const Step& step = steps_[static_cast<std::size_t>(n)];
    const bool adds_itself = forms[static_cast<std::size_t>(n)] == BackwardForm::transposed;
    if (step.add_to_input && !adds_itself) {
      terms[static_cast<std::size_t>(n)] = table.add(size_of(node.input()), now);
      table.use(*terms[static_cast<std::size_t>(n)], now);
    }
  }
  const MemoryPlan memory = plan_memory(table.lifetimes());
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    if (places[n]) steps_[n].gradient = memory.offsets[*places[n]];
    if (terms[n]) steps_[n].term = memory.offsets[*terms[n]];
  }
  size_.arena = memory.size;
}

void BackwardPlan::place_sums() {
  first_sums_ = {0};
  for (const FusedNode& node : graph().nodes) {
    if (!is_analog(node)) continue;
    const int64_t sums = is_attention(node) ? 1 : blocked_map(node).padded_channels();
    first_sums_.push_back(first_sums_.back() + static_cast<std::size_t>(sums));
  }
}

}  // namespace dpac
