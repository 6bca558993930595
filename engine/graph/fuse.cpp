#include "engine/graph/fuse.h"

#include <algorithm>
#include <optional>

#include "kernels/error.h"

namespace dpac {
namespace {

bool takes_more(const Node& node) {
  return std::visit([]<class Op>(const Op&) { return HasProduct<Op>; }, node.op);
}

/// A convolution or linear layer and what is done with its output.
struct Chain {
  int first = kNone, last = kNone;
  Activation activation = Activation::none;
  int residual = kNone;
  bool relu_after_residual = false;
};

class Fuser {
 public:
  explicit Fuser(const Graph& graph)
      : graph_(graph),
        values_(derive_values(graph)),
        readers_(graph.nodes.size()),
        places_(graph.nodes.size(), kNone) {
    for (int n = 0; n <= graph.last(); ++n) {
      for (const int from : node(n).inputs) readers_[static_cast<std::size_t>(from)].push_back(n);
    }
  }

  FusedGraph run() {
    find_chains();
    result_.lengths = graph_.lengths;
    for (int n = 0; n <= graph_.last(); ++n) {
      const auto& owner = owners_[static_cast<std::size_t>(n)];
      if (!owner) {
        add_single(n);
      } else if (chains_[*owner].last == n) {
        add_chain(chains_[*owner]);
      }
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] const Node& node(int n) const { return graph_.nodes[static_cast<std::size_t>(n)]; }
  [[nodiscard]] const Value& value(int n) const { return values_[static_cast<std::size_t>(n)]; }

  /// The only node that reads another, if there is one and what it reads is not also the network's output.
  [[nodiscard]] int only_reader(int n) const {
    const auto& readers = readers_[static_cast<std::size_t>(n)];
    return readers.size() == 1 && n != graph_.last() ? readers.front() : kNone;
  }

  template <class Wanted>
  [[nodiscard]] const Wanted* read_only_by(int n) const {
    const int reader = only_reader(n);
    return reader == kNone ? nullptr : std::get_if<Wanted>(&node(reader).op);
  }

  /// From the last to the first, so that of two candidates for a sum the later one takes it.
  void find_chains() {
    owners_.resize(graph_.nodes.size());
    for (int n = graph_.last(); n >= 0; --n) {
      if (!takes_more(node(n))) continue;
      const Chain chain = chain_from(n);
      for (int part = n; part != kNone; part = part == chain.last ? kNone : only_reader(part)) {
        owners_[static_cast<std::size_t>(part)] = chains_.size();
      }
      chains_.push_back(chain);
    }
  }

  [[nodiscard]] Chain chain_from(int n) const {
    Chain chain{.first = n, .last = n};
    const auto* activation = read_only_by<ActivationOp>(n);
    if (activation != nullptr && fused_activation(*activation) != Activation::none) {
      chain.activation = fused_activation(*activation);
      chain.last = only_reader(n);
    } else if (read_only_by<AddOp>(n) != nullptr) {
      take_sum(chain);
    }
    return chain;
  }

  void take_sum(Chain& chain) const {
    const int sum = only_reader(chain.last);
    if (owners_[static_cast<std::size_t>(sum)]) return;  // A later layer's.
    const auto& inputs = node(sum).inputs;
    const int other = inputs[0] == chain.last ? inputs[1] : inputs[0];
    if (std::holds_alternative<InputOp>(node(other).op)) return;  // Not in the layout of a sum.
    chain.residual = other;
    chain.last = sum;
    const auto* activation = read_only_by<ActivationOp>(sum);
    if (activation == nullptr || activation->kind != ActivationOp::Kind::relu) return;
    chain.relu_after_residual = true;
    chain.last = only_reader(sum);
  }

  [[nodiscard]] int place(int n) const { return places_[static_cast<std::size_t>(n)]; }

  void add(int n, FusedNode fused) {
    result_.nodes.push_back(std::move(fused));
    places_[static_cast<std::size_t>(n)] = static_cast<int>(result_.nodes.size()) - 1;
  }

  void add_chain(const Chain& chain) {
    const Node& first = node(chain.first);
    FusedNode fused{.name = first.name, .op = {}, .value = value(chain.last), .inputs = {}};
    fused.op = std::visit([](const auto& op) { return fused_op(op); }, first.op);
    fused.inputs = {reads_plain_images(first) ? place(first.inputs[0]) : blocked_place(first.inputs[0])};
    fused.activation = chain.activation;
    fused.relu_after_residual = chain.relu_after_residual;
    if (chain.residual != kNone) fused.residual = place(chain.residual);
    if (chain.residual != kNone || is_smooth(chain.activation)) fused.result = node(chain.last).name;
    add(chain.last, std::move(fused));
  }

  void add_single(int n) {
    const Node& own = node(n);
    if (const auto* attention = std::get_if<AttentionOp>(&own.op)) return add_attention(n, *attention);
    FusedNode fused{.name = own.name, .op = {}, .value = value(n), .inputs = {}};
    fused.op = std::visit([](const auto& op) { return fused_op(op); }, own.op);
    for (const int from : own.inputs) fused.inputs.push_back(blocked_place(from));
    add(n, std::move(fused));
  }

  template <class T>
  static FusedOp fused_op(const T& op) {
    return op;
  }
  static FusedOp fused_op(const AttentionOp& op) { return AttentionContextOp{op.heads}; }

  /// Products alone read images as they come, and not all of them.
  static bool reads_plain_images(const Node& node) {
    return std::visit(
        []<class Op>(const Op& op) {
          if constexpr (HasProduct<Op>) return product_of(op).reads_images;
          return false;
        },
        node.op);
  }

  int blocked_place(int n) {
    if (!std::holds_alternative<InputOp>(node(n).op)) return place(n);
    if (blocked_image_ == kNone) {
      result_.nodes.push_back(
          {.name = node(n).name + ".layout", .op = ImageLayoutOp{}, .value = value(n), .inputs = {place(n)}});
      blocked_image_ = static_cast<int>(result_.nodes.size()) - 1;
    }
    return blocked_image_;
  }

  void add_attention(int n, const AttentionOp& attention) {
    const Node& own = node(n);
    const int64_t tokens = value(n).shape.height;
    result_.nodes.push_back({.name = own.name + ".qk",
                             .op = AttentionScoresOp{attention.heads},
                             .value = {{attention.heads, tokens, tokens}, true},
                             .inputs = {place(own.inputs[0]), place(own.inputs[1])},
                             .result = own.name + ".softmax"});
    const int scores = static_cast<int>(result_.nodes.size()) - 1;
    add(n, {.name = own.name + ".pv",
            .op = AttentionContextOp{attention.heads},
            .value = value(n),
            .inputs = {scores, place(own.inputs[2])}});
  }

  const Graph& graph_;
  std::vector<Value> values_;
  std::vector<std::vector<int>> readers_;
  std::vector<int> places_;                         // Of plain nodes among the fused ones.
  std::vector<std::optional<std::size_t>> owners_;  // Chains that plain nodes are in.
  std::vector<Chain> chains_;
  FusedGraph result_;
  int blocked_image_ = kNone;
};

}  // namespace

FusedGraph fuse(const Graph& graph) {
  return Fuser(graph).run();
}

}  // namespace dpac
