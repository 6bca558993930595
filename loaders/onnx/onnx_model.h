/// @file
/// An ONNX file as plain data. Nothing outside onnx_model.cpp knows protocol buffers. For the loaders' own
/// use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/tensor.h"

namespace dpac {

/// A tensor of floating-point numbers (of 16, 32 or 64 bits), or of integers or truth values.
struct OnnxTensor {
  Shape shape;
  std::variant<std::vector<float>, std::vector<int64_t>> values;

  [[nodiscard]] bool is_float() const { return values.index() == 0; }
  [[nodiscard]] const std::vector<float>& floats() const { return std::get<0>(values); }
  [[nodiscard]] const std::vector<int64_t>& integers() const { return std::get<1>(values); }
};

using OnnxAttribute =
    std::variant<int64_t, float, std::string, std::vector<int64_t>, std::vector<float>, OnnxTensor>;

struct OnnxNode {
  std::string name;  ///< That of its first output where the file gives it none.
  std::string
      op;  ///< "Conv"; with its domain in front where that is not ONNX's own: "com.microsoft.FusedConv".
  std::vector<std::string> inputs, outputs;  ///< Names of values; an empty one is an optional input left out.
  std::map<std::string, OnnxAttribute> attributes;

  /// @throws Error if it has another type.
  [[nodiscard]] int64_t integer(const std::string& attribute, int64_t otherwise) const;
  [[nodiscard]] float real(const std::string& attribute, float otherwise) const;
  [[nodiscard]] std::string text(const std::string& attribute, const std::string& otherwise) const;
  [[nodiscard]] std::vector<int64_t> integers(const std::string& attribute,
                                              std::vector<int64_t> otherwise) const;
};

/// What a file declares of a value: -1 where a dimension has no number.
struct OnnxPort {
  std::string name;
  Shape dims;
};

class OnnxModel {
 public:
  /// @throws Error if the file is no ONNX model, or is damaged.
  explicit OnnxModel(const std::filesystem::path& path);
  ~OnnxModel();
  OnnxModel(const OnnxModel&) = delete;
  OnnxModel& operator=(const OnnxModel&) = delete;

  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const std::vector<OnnxNode>& nodes() const { return nodes_; }
  [[nodiscard]] const std::vector<OnnxPort>& inputs() const { return inputs_; }  ///< Without initialisers.
  [[nodiscard]] const std::vector<OnnxPort>& outputs() const { return outputs_; }

  [[nodiscard]] bool has_tensor(const std::string& name) const { return places_.contains(name); }
  /// An initialiser. @throws Error if what is stored does not fit its shape, is no number, or is not finite.
  [[nodiscard]] OnnxTensor tensor(const std::string& name) const;

  /// The version of ONNX's own operations.
  [[nodiscard]] int64_t opset() const;

  /// Of the model and of its external data.
  [[nodiscard]] int64_t bytes() const;

  /// Files of external data that were read.
  [[nodiscard]] std::vector<std::string> external_files() const;

 private:
  struct Impl;

  std::filesystem::path path_;
  std::string file_;
  std::unique_ptr<Impl> impl_;
  std::map<std::string, int> places_;  // Of initialisers.
  std::vector<OnnxNode> nodes_;
  std::vector<OnnxPort> inputs_, outputs_;
};

}  // namespace dpac
