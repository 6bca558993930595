/// @file
/// Single nodes of an ONNX model, and what is said of those that are refused.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/onnx/onnx_builder.h"
#include "tests/support/messages.h"

namespace dpac::test {

using OnnxAttributes = std::map<std::string, OnnxAttribute>;

/// An input of a node behind its first: a constant, or one that is left out.
using OnnxGiven = std::optional<OnnxTensor>;

inline OnnxGiven ints(std::vector<int64_t> values) {
  return OnnxTensor{{static_cast<int64_t>(values.size())}, std::move(values)};
}

inline OnnxGiven floats(std::vector<float> values) {
  return OnnxTensor{{static_cast<int64_t>(values.size())}, std::move(values)};
}

/// A graph whose nodes are added one by one, each over the value of the one before; the first over an image
/// of [1, 3, 6, 5]. `model` gives file and opset.
class OnnxNodes {
 public:
  explicit OnnxNodes(const std::string& model = "resize.onnx")
      : model_(std::filesystem::path(DPAC_GOLDEN_DIR) / "onnx" / model) {}

  void add(const std::string& op, const std::vector<OnnxGiven>& others = {},
           const OnnxAttributes& attributes = {}) {
    OnnxNode node{"x", op, {last_}, {"x"}, attributes};
    for (std::size_t i = 0; i < others.size(); ++i) {
      node.inputs.push_back(others[i] ? "constant" + std::to_string(i) : "");
      if (others[i])
        builder_.add({"constant", "Constant", {}, {node.inputs.back()}, {{"value", *others[i]}}});
    }
    builder_.add(node);
    last_ = "x";
  }

  /// For nodes over other values, under names that the model has too.
  OnnxBuilder& builder() { return builder_; }

  /// What is said of a node, behind the file and the node; "no error" where it is taken.
  std::string refusal(const std::string& op, const std::vector<OnnxGiven>& others = {},
                      const OnnxAttributes& attributes = {}) {
    const std::string message = message_of([&] { add(op, others, attributes); });
    const std::string start = model_.file() + ": node 'x' (" + op + ") ";
    if (!message.starts_with(start)) return message;
    CHECK(message.find('\n') == std::string::npos);
    return message.substr(start.size());
  }

 private:
  OnnxModel model_;
  OnnxBuilder builder_{model_, std::nullopt};
  std::string last_ = "image";
};

}  // namespace dpac::test
