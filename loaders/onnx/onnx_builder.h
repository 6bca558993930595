/// @file
/// Makes a graph while it goes through the nodes of an ONNX model. For the loaders' own use.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loaders/onnx/onnx_model.h"
#include "loaders/topology/graph_builder.h"

namespace dpac {

/// How the axes of an ONNX tensor lie over a map. The first axis, the batch's, is left out.
enum class OnnxAxes {
  chw,       ///< [C, H, W].
  hwc,       ///< [H, W, C]: TensorFlow's.
  flat,      ///< [C * H * W].
  flat_hwc,  ///< [H * W * C].
  grouped,   ///< [groups, C / groups, H, W], as in channel shuffles and split attention.
  shuffled,  ///< [C / groups, groups, H, W].
  nested,    ///< [groups, subgroups, C / (groups * subgroups)] of one pixel.
  row,       ///< [1, C] of one pixel, for a convolution over the channels.
  column,    ///< [C, 1] of one pixel.
  listed,    ///< None: the batch is one image, and its axis is all values, in the order [C, H, W].
};

/// The images a model takes: [N, C, H, W], or as TensorFlow has it [N, H, W, C]. Sizes that the model leaves
/// open are not above 0.
struct OnnxImage {
  MapShape shape;
  OnnxAxes axes;
};

/// @throws Error unless that is the model's only input.
OnnxImage declared_image(const OnnxModel& model);

/// How far x (1 + erf(x / sqrt(2))) / 2 has come, which exporters write for GELU, where a value is a step of
/// it.
enum class GeluStep {
  none,
  erf,  ///< erf(x / sqrt(2)).
  one_plus_erf,
  twice,  ///< 2 GELU(x).
};

/// A value of the model: a constant, or the map of a node of the graph.
struct OnnxValue {
  std::shared_ptr<const OnnxTensor> constant = nullptr;
  int node = -1;
  OnnxAxes axes = OnnxAxes::chw;
  int64_t groups = 1;                                            ///< Of grouped, shuffled and nested axes.
  int64_t subgroups = 1;                                         ///< Of nested axes.
  GeluStep gelu = GeluStep::none;                                ///< Then `node` is x.
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;  ///< Zeros around it, for the next window.
  std::shared_ptr<const OnnxValue> whole = nullptr;              ///< With those zeros as part of the map.
  bool alone = true;           ///< Nothing else reads the same node under another name.
  bool probabilities = false;  ///< A softmax that was left out made it.

  [[nodiscard]] bool is_padded() const { return pad_top + pad_left + pad_bottom + pad_right != 0; }
};

class OnnxBuilder {
 public:
  OnnxBuilder(const OnnxModel& model, const std::optional<Shape>& input_size);

  /// Adds what one node computes. @throws Error that begins with the file and names the node.
  void add(const OnnxNode& node);

  Graph finish();

  // What the operations (onnx_operations.cpp) are made of.

  [[nodiscard]] const OnnxNode& current() const { return *current_; }
  /// Throws an Error: the current node, then `reason`.
  [[noreturn]] void refuse(const std::string& reason) const;
  [[nodiscard]] bool has_input(std::size_t i) const;
  /// A map has the zeros around it within it. @throws Error where there is none, or only a step of a GELU.
  [[nodiscard]] const OnnxValue& input(std::size_t i) const;
  /// An input that is a map, whatever its axes. @throws Error where it is a constant.
  [[nodiscard]] const OnnxValue& map_value(std::size_t i) const;
  /// As input(), and it may be either. @throws Error where there is none.
  [[nodiscard]] const OnnxValue& any_input(std::size_t i) const;
  /// An input, whose zeros around it are left out: its map, whose axes are [C, H, W], or [features] of one
  /// pixel.
  /// @throws Error for any other.
  [[nodiscard]] int padded_map_input(std::size_t i) const;
  /// The same with them.
  [[nodiscard]] int map_input(std::size_t i) const;
  [[nodiscard]] const OnnxTensor& constant_input(std::size_t i) const;
  [[nodiscard]] const std::vector<float>& float_input(std::size_t i) const;
  /// Integers of an input, or of an attribute (older opsets).
  [[nodiscard]] std::optional<std::vector<int64_t>> integers(std::size_t input,
                                                             const std::string& attribute) const;

  /// Images that the model takes at once; below 1 where it leaves that open.
  [[nodiscard]] int64_t declared_batch() const { return model_.inputs()[0].dims[0]; }

  /// The version of ONNX's own operations.
  [[nodiscard]] int64_t opset() const { return model_.opset(); }

  [[nodiscard]] GraphBuilder& graph() { return graph_; }
  [[nodiscard]] const MapShape& shape_of(int node) const { return graph_.shape_of(node); }
  [[nodiscard]] const Node& node(int n) const { return graph_.node(n); }
  [[nodiscard]] Node& node(int n) { return graph_.node(n); }
  /// Whether nothing but the current node reads the map of a value, under whatever name.
  [[nodiscard]] bool read_once(std::size_t input) const;

  /// A node of the graph under the current node's name, or one like it.
  int append(Op op, std::vector<int> inputs) {
    expect_scores();
    return graph_.append(current_->name, std::move(op), std::move(inputs));
  }

  /// @throws Error if an input is what a softmax that was left out gives.
  void expect_scores() const;

  void set_output(std::size_t i, OnnxValue value);
  /// @throws Error if the constants that were computed have become more than the model's size explains.
  void set_constant(std::size_t i, OnnxTensor constant);
  /// Counts so many values among them, before they are made.
  void count_constants(int64_t values);
  void set_map(int node, OnnxAxes axes = OnnxAxes::chw) { set_output(0, {.node = node, .axes = axes}); }
  /// Another map, with the axes of a value.
  void set_map(int node, const OnnxValue& like) {
    set_output(0, {.node = node, .axes = like.axes, .groups = like.groups, .subgroups = like.subgroups});
  }

  void assume(const std::string& sentence) { graph_.assume(sentence); }

 private:
  [[nodiscard]] int node_of(const OnnxValue& value, std::size_t i) const;
  void add_image(const std::optional<Shape>& input_size);
  [[nodiscard]] bool reads_constants() const;
  void compute_constant();

  const OnnxModel& model_;
  const OnnxNode* current_ = nullptr;
  GraphBuilder graph_;
  std::map<std::string, OnnxValue> by_name_;
  mutable std::map<std::string, OnnxValue> initialisers_;
  std::map<std::string, int> readers_;
  int64_t constants_left_;  // Values of constants that may still be computed.
};

/// Whether an operation is known.
bool has_operation(const std::string& op);

/// Adds the current node of that operation.
void run_operation(OnnxBuilder& builder);

}  // namespace dpac
