#include "engine/plans/float/float_memory.h"

#include "engine/graph/fused_graph.h"
#include "engine/ops/attention/attention_head.h"
#include "engine/ops/digital_ops.h"
#include "engine/plans/memory_plan.h"

namespace dpac {
namespace {

/// Gives every value its place, in the order of the nodes.
class Placement {
 public:
  Placement(const FloatPlan& plan, const std::vector<NodeWeights>& weights,
            std::vector<FloatPlan::Step>& steps)
      : plan_(plan),
        graph_(plan.graph()),
        options_(plan.options()),
        weights_(weights),
        steps_(steps),
        places_(graph_.nodes.size()),
        table_(options_.own_epilogue ? static_cast<int>(plan.first_analog()) : kNone,
               static_cast<int>(graph_.nodes.size()) - 1) {}

  /// Returns the size of the arena.
  std::size_t run() {
    find_last_readers();
    for (std::size_t n = 0; n < places_.size(); ++n) place(n);
    const MemoryPlan memory = plan_memory(table_.lifetimes());
    for (std::size_t n = 0; n < places_.size(); ++n) {
      const Place& own = places_[n];
      steps_[n].value = memory.offsets[own.value] + (own.value == own.product ? own.product_offset : 0);
      steps_[n].product = memory.offsets[own.product] + own.product_offset;
      for (std::size_t i = 0; i < own.read_copies.size(); ++i)
        steps_[n].float_reads[i].copy = memory.offsets[own.read_copies[i]];
      if (own.wide_value) steps_[n].wide_value = memory.offsets[*own.wide_value];
      if (own.sums) steps_[n].sums = memory.offsets[*own.sums];
      if (own.companion) steps_[n].companion_value = memory.offsets[*own.companion];
    }
    return memory.size;
  }

 private:
  /// Numbers in the table of lifetimes.
  struct Place {
    std::size_t value = 0, product = 0;
    std::size_t product_offset = 0;  // Within a product of several nodes.
    std::optional<std::size_t> sums, companion;
    std::vector<std::size_t> read_copies;
    std::optional<std::size_t> wide_value;
  };

  void find_last_readers() {
    last_reader_.assign(places_.size(), kNone);
    for (int n = 0; n < static_cast<int>(places_.size()); ++n) {
      const FusedNode& node = graph_.nodes[static_cast<std::size_t>(n)];
      for (const int from : node.inputs) last_reader_[static_cast<std::size_t>(from)] = n;
      if (node.residual != kNone) last_reader_[static_cast<std::size_t>(node.residual)] = n;
      if (!std::holds_alternative<AttentionContextOp>(node.op)) continue;
      const FusedNode& scores = graph_.nodes[static_cast<std::size_t>(node.input())];
      for (const int from : scores.inputs) last_reader_[static_cast<std::size_t>(from)] = n;
    }
  }

  std::size_t add(int64_t floats_per_map, std::size_t now) {
    return table_.add(plan_.maps() * floats_per_map, static_cast<int>(now));
  }

  /// Room for values of a node as it stores them.
  std::size_t add_stored(int64_t values_per_map, std::size_t n) {
    return table_.add(floats_for(steps_[n].storage, plan_.maps() * values_per_map), static_cast<int>(n));
  }

  void place(std::size_t n) {
    const FusedNode& node = graph_.nodes[n];
    const int now = static_cast<int>(n);
    Place& own = places_[n];
    for (const int read : node.inputs) use(static_cast<std::size_t>(read), now);
    if (node.residual != kNone) use(static_cast<std::size_t>(node.residual), now);
    if (std::holds_alternative<AttentionContextOp>(node.op)) use_operands_of_scores(node, now);
    place_value(n);
    place_wide(n);
    if (options_.companion_weights != nullptr && !options_.tape && has_weights(node)) {
      own.companion = add(plan_.map(n).size(), n);
    }
    if (options_.patch_norms && has_weights(node) && groups_of(node) == 1) place_sums(n);
  }

  void use(std::size_t node, int now) { table_.use(places_[node].value, now); }

  /// Scores are computed together with the context.
  void use_operands_of_scores(const FusedNode& context, int now) {
    const FusedNode& scores = graph_.nodes[static_cast<std::size_t>(context.input())];
    use(static_cast<std::size_t>(scores.input()), now);
    use(static_cast<std::size_t>(scores.second()), now);
  }

  void place_value(std::size_t n) {
    const FusedNode& node = graph_.nodes[n];
    const int now = static_cast<int>(n);
    const int leader = weights_[n].product_of;
    const std::size_t maker = leader == kNone ? n : static_cast<std::size_t>(leader);
    Place& own = places_[n];
    // The first product is what every noise point starts from.
    const bool kept = options_.own_epilogue && maker == plan_.first_analog();
    if (leader != kNone) {
      own.product = places_[maker].product;
      own.product_offset = static_cast<std::size_t>(
          floats_for(steps_[n].storage, weights_[n].product_row * plan_.map(n).pixels));
      own.value = kept ? add_stored(stored_size(n), n) : own.product;
      table_.use(own.product, now);
    } else if (node.residual != kNone && !options_.own_epilogue && sums_in_place(n)) {
      own.value = own.product = places_[static_cast<std::size_t>(node.residual)].value;
    } else {
      steps_[n].copies_residual = node.residual != kNone && !options_.own_epilogue;
      own.value = add_stored(kept ? stored_size(n) : product_size(n), n);
      own.product = own.value;
      if (kept) own.product = add_stored(product_size(n), n);
      if (kept) table_.use(own.product, now);
    }
  }

  /// Copies in float32, for the time of one step, of what it reads and makes in that.
  void place_wide(std::size_t n) {
    if (options_.storage == Storage::float32) return;
    for (const FloatRead& read : steps_[n].float_reads)
      places_[n].read_copies.push_back(add(plan_.values_per_map(static_cast<std::size_t>(read.node)), n));
    if (steps_[n].storage != Storage::float32 && computes_floats(n))
      places_[n].wide_value = add(plan_.values_per_map(n), n);
  }

  /// Whether the node's output is made by our own code from other values than products.
  [[nodiscard]] bool computes_floats(std::size_t n) const {
    const FusedNode& node = graph_.nodes[n];
    if (std::holds_alternative<InputOp>(node.op)) return true;
    return std::holds_alternative<AttentionContextOp>(node.op) || (is_digital(node) && !is_compiled(node));
  }

  /// Whether a fused residual sum may happen in the residual's own memory: nothing reads that later, nor does
  /// the product itself, and no product of several nodes has made it.
  [[nodiscard]] bool sums_in_place(std::size_t n) const {
    const int residual = graph_.nodes[n].residual;
    const auto place = static_cast<std::size_t>(residual);
    const bool shared = weights_[place].product_of != kNone || weights_[place].stack != nullptr;
    return !shared && last_reader_[place] == static_cast<int>(n) && graph_.nodes[n].input() != residual;
  }

  /// Of all nodes that the product makes.
  [[nodiscard]] int64_t product_size(std::size_t n) const {
    if (weights_[n].stack == nullptr) return stored_size(n);
    return weights_[n].stack->weights.dim(0) * plan_.map(n).pixels;
  }

  /// Images as they come are not stored, and scores nowhere.
  [[nodiscard]] int64_t stored_size(std::size_t n) const {
    const FusedNode& node = graph_.nodes[n];
    if (std::holds_alternative<AttentionScoresOp>(node.op)) return 0;
    return std::holds_alternative<InputOp>(node.op) && plan_.keeps_images() ? 0 : plan_.values_per_map(n);
  }

  void place_sums(std::size_t n) {
    const FusedNode& node = graph_.nodes[n];
    const auto from = static_cast<std::size_t>(node.input());
    if (!places_[from].sums) places_[from].sums = add(plan_.shape(from).pixels(), from);
    table_.use(*places_[from].sums, static_cast<int>(n));
  }

  const FloatPlan& plan_;
  const FusedGraph& graph_;
  const FloatPlanOptions& options_;
  const std::vector<NodeWeights>& weights_;
  std::vector<FloatPlan::Step>& steps_;
  std::vector<Place> places_;
  std::vector<int> last_reader_;  // Of every node; kNone for the last.
  LifetimeTable table_;
};

/// Gives every entry of the tape its place, one after another.
class TapePlacement {
 public:
  explicit TapePlacement(const FloatPlan& plan) : plan_(plan), options_(plan.options()) {}

  void place(std::size_t n, FloatPlan::Step& step) {
    const FusedNode& node = plan_.graph().nodes[n];
    if (step.primitive.workspace_size() != 0) step.tape.workspace = add(step.primitive.workspace_size());
    if (node.input() == kNone) return;
    if (std::holds_alternative<AttentionContextOp>(node.op)) {
      step.tape.heads = add(plan_.head_buffers());
      return;
    }
    if (std::holds_alternative<AttentionScoresOp>(node.op)) return;
    place_passes(n, step);
    if (step.digital) step.tape.digital = add(tape_of(node, *step.digital));
    if (!has_weights(node)) return;
    const BlockedMap map = plan_.map(n);
    if (options_.patch_norms)
      step.tape.norms = add(plan_.maps() * (groups_of(node) == 1 ? map.pixels : map.size()));
    if (options_.companion_weights != nullptr) step.tape.noise = add(plan_.maps() * map.size());
  }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr int64_t kBitsOfFloat = 32;

  void place_passes(std::size_t n, FloatPlan::Step& step) {
    const FusedNode& node = plan_.graph().nodes[n];
    const int64_t values = plan_.maps() * plan_.map(n).size();
    const int64_t bits = values / kBitsOfFloat + 1;
    if (is_smooth(node.activation)) {
      step.tape.slopes = add(values);
      return;
    }
    if (node.activation != Activation::none || step.quantizers.output) step.tape.passes = add(bits);
    if (node.residual != kNone && (node.relu_after_residual || step.quantizers.result)) {
      step.tape.sum_passes = add(bits);
    }
  }

  template <class Size>
  std::size_t add(Size floats) {
    const std::size_t offset = size_;
    size_ += whole_lines(static_cast<std::size_t>(floats));
    return offset;
  }

  const FloatPlan& plan_;
  const FloatPlanOptions& options_;
  std::size_t size_ = 0;
};

}  // namespace

std::size_t place_values(const FloatPlan& plan, const std::vector<NodeWeights>& weights,
                         std::vector<FloatPlan::Step>& steps) {
  return Placement(plan, weights, steps).run();
}

std::size_t place_tape(const FloatPlan& plan, std::vector<FloatPlan::Step>& steps) {
  TapePlacement tape(plan);
  for (std::size_t n = 0; n < steps.size(); ++n) tape.place(n, steps[n]);
  return tape.size();
}

}  // namespace dpac
