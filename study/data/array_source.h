/// @file
/// Images that a caller holds in memory, or makes, already as the network takes them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/ops/value.h"
#include "study/data/data_source.h"

namespace dpac {

/// Preprocessed images and their classes.
struct ImageArrays {
  int64_t size = 0;  ///< Number of images.
  MapShape shape;    ///< Of every image.
  /// Writes the image of an index in [0, size) to [C, H, W] floats. Called by one thread at a time.
  std::function<void(int64_t index, std::span<float> image)> load;
  std::vector<int> labels = {};    ///< [size]; empty where there are none.
  std::string name = "images";     ///< What messages call them: "images[3]".
};

class ArraySource final : public DataSource {
 public:
  /// @throws Error if there are no images, or not as many labels.
  explicit ArraySource(ImageArrays arrays);

  [[nodiscard]] int64_t size() const override { return arrays_.size; }
  [[nodiscard]] std::string name(int64_t index) const override;
  [[nodiscard]] TargetKind targets() const override;
  void check_labels(int64_t classes) const override;
  /// @throws Error unless the graph takes images of this shape.
  [[nodiscard]] std::unique_ptr<SampleReader> read(const Graph& graph, std::vector<int64_t> samples,
                                                   const Reading& how) const override;
  [[nodiscard]] std::string preprocessing() const override { return "none: the arrays as they are"; }
  void write(Json& json) const override;
  void add_remarks(Remarks&) const override {}

 private:
  ImageArrays arrays_;
};

}  // namespace dpac
