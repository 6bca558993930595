/// @file
/// Makes a graph out of a file that says how a network is connected. For the loaders' own use.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/graph/graph.h"

namespace dpac {

/// The order in which a vector lists the values of the map that it was.
enum class Flattening { channels_first, channels_last };

class GraphBuilder {
 public:
  /// `file` begins messages.
  explicit GraphBuilder(std::string file) : file_(std::move(file)) {}

  [[nodiscard]] const std::string& file() const { return file_; }

  /// The first node. Sizes below 1 are those that the file leaves open.
  /// @throws Error for channels other than 1 or 3, an open size, and one beyond that of any image; `input`
  /// names it.
  void add_image(const std::string& input, const MapShape& image);

  /// A node of that name, or of one like it where that is taken; returns its position.
  /// @throws Error if the op does not fit its inputs, as the end of a sentence.
  int append(const std::string& name, Op op, std::vector<int> inputs);

  /// scale[c] x + offset[c] of a map: within the convolution or linear layer that made it where nothing else
  /// reads that (`alone`), else as a node of its own.
  int add_affine(const std::string& name, int from, bool alone, const std::vector<float>& scale,
                 const std::vector<float>& offset);

  /// A fully connected layer over all of a map, flattened in that order: weights [outputs, values of the
  /// map]. Of more than one pixel it is a convolution as large as the map.
  int add_connected(const std::string& name, int from, std::vector<float> weights, std::vector<float> bias,
                    Flattening order);

  [[nodiscard]] const MapShape& shape_of(int node) const {
    return values_[static_cast<std::size_t>(node)].shape;
  }
  [[nodiscard]] const Node& node(int n) const { return graph_.nodes[static_cast<std::size_t>(n)]; }
  [[nodiscard]] Node& node(int n) { return graph_.nodes[static_cast<std::size_t>(n)]; }

  /// Whether no value of a map is below zero, so that zeros around it do not count among the largest.
  [[nodiscard]] bool is_rectified(int n) const;

  void assume(const std::string& sentence) { graph_.assumed.push_back(sentence); }

  /// What the node depends on. @throws Error with all that check() finds.
  Graph finish(int last, const std::string& architecture);

 private:
  void keep_only(int last);

  std::string file_;
  Graph graph_;
  std::vector<Value> values_;
  std::map<std::string, int> names_;  // How often each is taken.
};

}  // namespace dpac
