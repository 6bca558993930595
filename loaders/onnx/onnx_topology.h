/// @file
/// ONNX models as graphs. For the loaders' own use.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/networks/topology.h"
#include "engine/networks/weights.h"
#include "loaders/onnx/onnx_model.h"

namespace dpac {

/// Whether a file looks like a model: by its name, or by what it begins with.
bool is_onnx(const std::filesystem::path& path, const std::string& start);

/// What the size of its images suggests of how they are made.
void guess_preprocessing(const OnnxModel& model, ResNetTraits& traits);

class OnnxTopology final : public Topology {
 public:
  /// @throws Error that lists all nodes of operations that are not known, by name and operation.
  explicit OnnxTopology(std::shared_ptr<const OnnxModel> model);

  [[nodiscard]] Graph build(const std::optional<Shape>& input_size) const override;

 private:
  std::shared_ptr<const OnnxModel> model_;
};

}  // namespace dpac
