#include "engine/graph/graph.h"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"

namespace dpac {
namespace {

bool is_source(const Node& node) {
  return std::holds_alternative<InputOp>(node.op) || std::holds_alternative<EmbeddingOp>(node.op);
}

bool is_analog(const Node& node) {
  return std::visit([]<class Op>(const Op&) { return HasProduct<Op> || std::is_same_v<Op, AttentionOp>; },
                    node.op);
}

/// Walks over a graph once.
class Checker {
 public:
  explicit Checker(const Graph& graph) : graph_(graph), read_(graph.nodes.size(), false) {}

  void run() {
    if (graph_.nodes.empty()) complain("", "the graph has no nodes");
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      check_name(graph_.nodes[n]);
      check_source(n);
      values_.push_back(check_inputs(n) ? derive(graph_.nodes[n]) : std::nullopt);
    }
    for (std::size_t n = 0; n + 1 < graph_.nodes.size(); ++n) {
      if (!read_[n]) complain(graph_.nodes[n].name, "is read by no node and is not the last");
    }
    if (violations_.empty()) check_whole();
  }

  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }

  [[nodiscard]] std::vector<Value> values() const {
    std::vector<Value> values;
    for (const auto& value : values_) values.push_back(value.value());
    return values;
  }

 private:
  void check_whole() {
    const Value& output = *values_.back();
    if (output.tokens || output.shape.pixels() != 1) {
      complain(graph_.nodes.back().name,
               fmt::format("is the last and gives a map of {} (channels, height, width), "
                           "expected one of one pixel: pool it",
                           to_string(output.shape)));
    }
    if (std::none_of(graph_.nodes.begin(), graph_.nodes.end(), is_analog)) {
      complain("", "the graph has no convolution, linear layer or attention: nothing in it is analog");
    }
  }

  void complain(const std::string& node, const std::string& what) {
    violations_.push_back(node.empty() ? what : fmt::format("node '{}' {}", node, what));
  }

  void check_name(const Node& node) {
    if (node.name.empty()) {
      complain("", fmt::format("node {} has no name", values_.size()));
    } else if (!names_.insert(node.name).second) {
      complain(node.name, "has the name of an earlier node");
    }
  }

  void check_source(std::size_t n) {
    const bool source = is_source(graph_.nodes[n]);
    if (n == 0 && !source) complain(graph_.nodes[n].name, "is the first and no input");
    if (n != 0 && source) complain(graph_.nodes[n].name, "is a second input");
  }

  bool check_inputs(std::size_t n) {
    const auto& inputs = graph_.nodes[n].inputs;
    for (const int from : inputs) {
      if (from < 0 || static_cast<std::size_t>(from) >= n) {
        complain(graph_.nodes[n].name, fmt::format("reads node {}, which is not before it", from));
        return false;
      }
      read_[static_cast<std::size_t>(from)] = true;
    }
    return std::all_of(inputs.begin(), inputs.end(),
                       [&](int from) { return values_[static_cast<std::size_t>(from)].has_value(); });
  }

  std::optional<Value> derive(const Node& node) {
    std::vector<Value> inputs;
    for (const int from : node.inputs) inputs.push_back(*values_[static_cast<std::size_t>(from)]);
    try {
      return std::visit([&](const auto& op) { return output_of(op, inputs); }, node.op);
    } catch (const Error& error) {
      complain(node.name, error.what());
      return std::nullopt;
    }
  }

  const Graph& graph_;
  std::vector<bool> read_;
  std::set<std::string> names_;
  std::vector<std::optional<Value>> values_;
  std::vector<std::string> violations_;
};

}  // namespace

int Graph::add(std::string name, Op op, std::vector<int> inputs) {
  nodes.push_back({std::move(name), std::move(op), std::move(inputs)});
  return last();
}

std::vector<std::string> check(const Graph& graph) {
  Checker checker(graph);
  checker.run();
  return checker.violations();
}

std::vector<Value> derive_values(const Graph& graph) {
  Checker checker(graph);
  checker.run();
  if (!checker.violations().empty()) {
    throw Error(fmt::format("the graph cannot run: {}", fmt::join(checker.violations(), "; ")));
  }
  return checker.values();
}

MapShape input_shape(const Graph& graph) {
  if (graph.nodes.empty()) throw Error("the graph has no nodes");
  return std::visit([](const auto& op) { return output_of(op, {}); }, graph.nodes.front().op).shape;
}

int64_t output_channels(const Graph& graph) {
  return derive_values(graph).back().shape.channels;
}

}  // namespace dpac
