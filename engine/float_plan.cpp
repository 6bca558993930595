#include "engine/float_plan.h"

#include <algorithm>

#include "engine/float_worker.h"
#include "engine/memory_plan.h"

namespace dpac {
namespace {

onednn::ConvolutionSpec product(const Graph& graph, const Node& node, const FloatPlanOptions& options,
                                bool plain_input) {
  onednn::ConvolutionSpec spec;
  spec.name = node.name;
  spec.batch = options.samples;
  spec.in = input_shape(graph, node);
  spec.out = node.shape;
  // A linear layer is a 1x1 convolution over one pixel: its sums then run in one order whatever the batch.
  if (const auto* convolution = std::get_if<ConvolutionOp>(&node.op)) spec.geometry = convolution->geometry;
  spec.plain_input = plain_input;
  if (!options.own_epilogue) {
    spec.post_ops = {.add_to_dst = node.residual != kNone, .relu = node.relu || node.relu_after_residual};
  }
  return spec;
}

/// Gives every value its place, in the order of the nodes.
class Placement {
 public:
  Placement(const Graph& graph, const FloatPlanOptions& options, std::size_t first_analog,
            std::vector<FloatPlan::Step>& steps)
      : graph_(graph),
        options_(options),
        first_analog_(first_analog),
        steps_(steps),
        places_(graph.nodes.size()),
        table_(options.own_epilogue ? static_cast<int>(first_analog) : kNone,
               static_cast<int>(graph.nodes.size()) - 1) {}

  /// Returns the size of the arena.
  std::size_t run() {
    for (std::size_t n = 0; n < places_.size(); ++n) place(n);
    const MemoryPlan memory = plan_memory(table_.lifetimes());
    for (std::size_t n = 0; n < places_.size(); ++n) {
      steps_[n].value = memory.offsets[places_[n].value];
      steps_[n].product = memory.offsets[places_[n].product];
      if (places_[n].sums) steps_[n].sums = memory.offsets[*places_[n].sums];
      if (places_[n].companion) steps_[n].companion_value = memory.offsets[*places_[n].companion];
    }
    return memory.size;
  }

 private:
  /// Numbers in the table of lifetimes.
  struct Place {
    std::size_t value = 0, product = 0;
    std::optional<std::size_t> sums, companion;
  };

  std::size_t add(int64_t floats_per_sample, std::size_t now) {
    return table_.add(options_.samples * floats_per_sample, static_cast<int>(now));
  }

  void place(std::size_t n) {
    const Node& node = graph_.nodes[n];
    const int now = static_cast<int>(n);
    Place& own = places_[n];
    for (const int read : {node.input, node.residual}) {
      if (read != kNone) table_.use(places_[static_cast<std::size_t>(read)].value, now);
    }
    if (node.residual != kNone && !options_.own_epilogue) {
      // A fused residual sum happens in the residual's own memory, which nothing reads later.
      own.value = places_[static_cast<std::size_t>(node.residual)].value;
    } else {
      own.value = add(stored_size(n), n);
    }
    own.product = own.value;
    if (options_.own_epilogue && n == first_analog_) {
      own.product = add(blocked_map(node).size(), n);
      table_.use(own.product, now);
    }
    if (options_.companion_weights != nullptr && !options_.tape && is_analog(node)) {
      own.companion = add(blocked_map(node).size(), n);
    }
    if (options_.patch_norms && is_analog(node)) place_sums(n);
  }

  /// The images themselves are stored only where a quantiser changes them.
  [[nodiscard]] int64_t stored_size(std::size_t n) const {
    const Node& node = graph_.nodes[n];
    if (!std::holds_alternative<InputOp>(node.op)) return blocked_map(node).size();
    return steps_[n].quantizers.output ? node.shape.channels * node.shape.pixels() : 0;
  }

  void place_sums(std::size_t n) {
    const Node& node = graph_.nodes[n];
    const auto from = static_cast<std::size_t>(node.input);
    if (!places_[from].sums) places_[from].sums = add(input_shape(graph_, node).pixels(), from);
    table_.use(*places_[from].sums, static_cast<int>(n));
  }

  const Graph& graph_;
  const FloatPlanOptions& options_;
  std::size_t first_analog_;
  std::vector<FloatPlan::Step>& steps_;
  std::vector<Place> places_;
  LifetimeTable table_;
};

/// Gives every entry of the tape its place, one after another.
class TapePlacement {
 public:
  explicit TapePlacement(const FloatPlanOptions& options) : options_(options) {}

  void place(const Node& node, FloatPlan::Step& step) {
    if (std::holds_alternative<InputOp>(node.op)) return;
    if (step.primitive.workspace_size() != 0) step.tape.workspace = add(step.primitive.workspace_size());
    const int64_t values = options_.samples * blocked_map(node).size();
    const int64_t bits = values / kBitsOfFloat + 1;
    if (node.relu || step.quantizers.output) step.tape.passes = add(bits);
    if (node.residual != kNone && (node.relu_after_residual || step.quantizers.sum)) {
      step.tape.sum_passes = add(bits);
    }
    if (!is_analog(node)) return;
    if (options_.patch_norms) step.tape.norms = add(options_.samples * node.shape.pixels());
    if (options_.companion_weights != nullptr) step.tape.noise = add(values);
  }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr int64_t kBitsOfFloat = 32;

  template <class Size>
  std::size_t add(Size floats) {
    const std::size_t offset = size_;
    size_ += whole_lines(static_cast<std::size_t>(floats));
    return offset;
  }

  const FloatPlanOptions& options_;
  std::size_t size_ = 0;
};

}  // namespace

BlockedMap blocked_map(const Node& node) {
  return {node.shape.channels, node.shape.pixels(), onednn::channel_block()};
}

std::vector<NodeWeights> wrap_direct(const Graph& graph, bool with_bias) {
  std::vector<NodeWeights> weights(graph.nodes.size());
  for (std::size_t n = 0; n < weights.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (!is_analog(node)) continue;
    weights[n].direct.emplace(analog_weights(node).values(),
                              with_bias ? analog_bias(node) : std::span<const float>());
  }
  return weights;
}

std::vector<NodeWeights> wrap_weights(const Graph& graph) {
  std::vector<NodeWeights> weights = wrap_direct(graph);
  for (std::size_t n = 0; n < weights.size(); ++n) {
    const Node& node = graph.nodes[n];
    const auto* convolution = std::get_if<ConvolutionOp>(&node.op);
    if (convolution == nullptr) continue;
    if (!suits_winograd(input_shape(graph, node), node.shape, convolution->geometry)) continue;
    weights[n].direct.reset();
    weights[n].winograd.emplace(convolution->weights, convolution->bias);
  }
  return weights;
}

void drop_plain(std::vector<NodeWeights>& weights) {
  for (NodeWeights& node : weights) {
    if (node.winograd) node.winograd->drop_plain();
  }
}

FloatPlan::FloatPlan(const Graph& graph, const std::vector<NodeWeights>& weights,
                     const std::vector<NodeQuantizers>& quantizers, const FloatPlanOptions& options)
    : graph_(graph), options_(options), steps_(graph.nodes.size()), first_analog_(dpac::first_analog(graph)) {
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    steps_[n].quantizers = quantizers[n];
    make_primitive(n, weights);
  }
  size_.arena = Placement(graph_, options_, first_analog_, steps_).run();
  size_.norms = patch_scratch_size(graph_);
  if (options_.tape) place_tape();
}

void FloatPlan::place_tape() {
  TapePlacement tape(options_);
  for (std::size_t n = 0; n < steps_.size(); ++n) tape.place(graph_.nodes[n], steps_[n]);
  size_.tape = tape.size();
}

void FloatPlan::make_primitive(std::size_t n, const std::vector<NodeWeights>& weights) {
  const Node& node = graph_.nodes[n];
  Step& step = steps_[n];
  const auto spec = [&] { return product(graph_, node, options_, node.input == 0); };
  if (weights[n].winograd) {
    step.winograd.emplace(spec(), *weights[n].winograd, options_.threads);
    size_.scratchpad = std::max(size_.scratchpad, step.winograd->scratchpad_size());
  } else if (weights[n].direct) {
    step.primitive = onednn::make_convolution(spec(), *weights[n].direct, options_.threads);
  } else if (const auto* pool = std::get_if<MaxPoolOp>(&node.op)) {
    const auto make = options_.tape ? onednn::make_recording_max_pool : onednn::make_max_pool;
    step.primitive =
        make(options_.samples, input_shape(graph_, node), node.shape, pool->geometry, options_.threads);
  } else if (std::holds_alternative<GlobalAveragePoolOp>(node.op)) {
    step.primitive =
        onednn::make_global_average_pool(options_.samples, input_shape(graph_, node), options_.threads);
  }
  if (options_.companion_weights != nullptr && is_analog(node)) {
    step.companion =
        onednn::make_convolution(spec(), *(*options_.companion_weights)[n].direct, options_.threads);
    size_.scratchpad = std::max(size_.scratchpad, step.companion.scratchpad_size());
  }
  size_.scratchpad = std::max(size_.scratchpad, step.primitive.scratchpad_size());
}

std::unique_ptr<Worker> FloatPlan::make_worker(const Workspace& workspace) const {
  return std::make_unique<FloatWorker>(*this, workspace);
}

}  // namespace dpac
