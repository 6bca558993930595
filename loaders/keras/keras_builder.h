/// @file
/// Makes a graph while it goes through the calls of a Keras model. For .cpp files of the loaders only: it
/// brings in nlohmann/json.hpp.
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loaders/keras/keras_arrays.h"
#include "loaders/keras/keras_model.h"
#include "loaders/topology/graph_builder.h"
#include "loaders/weights/network_weights.h"

namespace dpac {

/// Pixels beyond the sides of a map: zeros, or where negative pixels cut off.
struct KerasSides {
  int top = 0, left = 0, bottom = 0, right = 0;

  [[nodiscard]] bool cut() const { return top < 0 || left < 0 || bottom < 0 || right < 0; }
  bool operator==(const KerasSides&) const = default;
};

/// What a call gives: the map of a node of the graph, as [H, W, C] or, flattened in that order, [H * W * C].
struct KerasValue {
  int node = -1;
  bool flat = false;
  KerasSides sides = {};       ///< Around the map, for the next window.
  bool alone = true;           ///< Nothing else reads the same node under another name.
  bool probabilities = false;  ///< A softmax that was left out made it.
};

/// Of one attempt to make a graph.
class KerasBuilder {
 public:
  /// `stored_bytes` is what is stored of the file. All must outlive this.
  KerasBuilder(const KerasModel& model, const KerasArrays& arrays, int64_t stored_bytes,
               const std::optional<Shape>& input_size);

  /// Of all calls but those in `left_out`, whose value is what they read.
  /// @throws Error that lists all layers that cannot be run, by name, class and reason.
  Graph build(const std::vector<bool>& left_out);

  // What the operations (keras_operations.h) are made of.

  [[nodiscard]] const KerasModel& model() const { return model_; }
  [[nodiscard]] const KerasCall& current() const { return *current_; }
  /// Throws an Error, which build() makes a sentence about the layer of.
  [[noreturn]] void refuse(const std::string& reason) const;

  [[nodiscard]] std::size_t input_count() const { return current_->inputs.size(); }
  [[nodiscard]] bool is_number(std::size_t i) const {
    return std::holds_alternative<double>(current_->inputs.at(i));
  }
  [[nodiscard]] double number(std::size_t i) const { return std::get<double>(current_->inputs.at(i)); }
  /// The value of an input, also one with sides. @throws Error where there is none, or it is probabilities.
  const KerasValue& windowed_input(std::size_t i);
  /// The same without sides: where it has some, a node of its own makes them.
  const KerasValue& input(std::size_t i);
  /// The first, also if it is probabilities, for what gives it another form.
  const KerasValue& plain_input();
  /// @throws Error unless it is a map, or of one pixel.
  void expect_channels(const KerasValue& value) const;
  [[nodiscard]] const MapShape& shape_of(const KerasValue& value) const {
    return graph_.shape_of(value.node);
  }
  /// With its sides.
  [[nodiscard]] MapShape whole_shape_of(const KerasValue& value) const;

  /// The current layer's arrays, of which there must be so many; the last `unread` are not read.
  [[nodiscard]] std::vector<Tensor> arrays(const std::vector<std::string>& names, std::size_t unread = 0);

  // Entries of the current layer's configuration. @throws Error naming key and value where they are of
  // another kind.
  [[nodiscard]] const nlohmann::json& entry(const std::string& key) const;  ///< Null where there is none.
  [[nodiscard]] bool flag(const std::string& key, bool otherwise) const;
  [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise) const;
  [[nodiscard]] double real(const std::string& key, double otherwise) const;
  [[nodiscard]] int64_t whole(const std::string& key, int64_t otherwise) const;
  [[nodiscard]] Extent extent(const std::string& key, Extent otherwise) const;  ///< Above 0.

  GraphBuilder& graph() { return graph_; }
  /// A node under the current layer's name, or that and an ending; returns its position.
  int append(Op op, std::vector<int> inputs, const std::string& ending = "");
  void set(KerasValue value);
  /// The first input under another name, whatever it is.
  void pass_on();
  /// A map of channels with the form of a value.
  void set_map(int node, const KerasValue& like) { set({.node = node, .flat = like.flat}); }

 private:
  [[nodiscard]] KerasValue& value_of(std::size_t input);
  void realise(KerasValue& value);
  [[noreturn]] void fail(const std::vector<std::string>& complaints) const;

  const KerasModel& model_;
  const KerasArrays& arrays_;
  MemoryNeed need_;
  GraphBuilder graph_;
  std::vector<std::optional<KerasValue>> values_;  // Of the calls; unset where one cannot be run.
  std::vector<int> readers_;
  const KerasCall* current_ = nullptr;
  std::size_t position_ = 0;
};

}  // namespace dpac
