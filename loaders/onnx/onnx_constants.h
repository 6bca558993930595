/// @file
/// What an ONNX model computes from constants alone, such as paddings and shapes once the size of the images
/// is known. For the loaders' own use.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "loaders/onnx/onnx_model.h"

namespace dpac {

/// A node and its inputs, all constants; null where an optional one is left out. Truth values are integers.
struct OnnxArguments {
  const OnnxNode& node;
  std::vector<const OnnxTensor*> inputs;

  [[nodiscard]] bool has(std::size_t i) const { return i < inputs.size() && inputs[i] != nullptr; }
  /// @throws Error if it is left out.
  [[nodiscard]] const OnnxTensor& at(std::size_t i) const;
  /// @throws Error for floating-point numbers.
  [[nodiscard]] const std::vector<int64_t>& integers(std::size_t i) const;
  /// Of an attribute (older opsets), or of an input.
  [[nodiscard]] std::optional<std::vector<int64_t>> integers(std::size_t i,
                                                             const std::string& attribute) const;
};

/// Whether an operation can be computed from constants.
bool computes_constants(const std::string& op);

/// All outputs of a node. Sizes are checked before anything is made of them.
/// @throws Error, as the end of a sentence that begins with the node.
std::vector<OnnxTensor> compute_constants(const OnnxArguments& arguments);

/// The part of a shape that a Shape node asks for (start and end, from opset 15 on).
OnnxTensor shape_asked_for(const OnnxNode& node, const Shape& shape);

/// The axis counted from 0, of so many. @throws Error if there is none.
std::size_t axis_from_start(int64_t axis, std::size_t rank);

/// The axes counted from 0, in order. @throws Error if there is none such, or one is named twice.
std::vector<std::size_t> axes_from_start(const std::vector<int64_t>& axes, std::size_t rank);

/// Gives an axis of size -1, if there is one, what the others leave of `count` elements.
void fill_open_axis(Shape& shape, int64_t count);

/// What operations are made of, in parts.
using OnnxConstantOperations = std::map<std::string, std::vector<OnnxTensor> (*)(const OnnxArguments&)>;

OnnxConstantOperations onnx_constant_arithmetic();  ///< Element by element, and over axes.
OnnxConstantOperations onnx_constant_shapes();      ///< Elements chosen, repeated and put in another order.

/// An operation of one output.
template <OnnxTensor (*kOperation)(const OnnxArguments&)>
std::vector<OnnxTensor> one_output(const OnnxArguments& a) {
  std::vector<OnnxTensor> outputs;
  outputs.push_back(kOperation(a));
  return outputs;
}

}  // namespace dpac
