/// @file
/// Preprocessed images in memory as a data source.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "study/data/data_source.h"
#include "study/data/image_arrays.h"

namespace dpac {

class ArraySource final : public DataSource {
 public:
  /// @throws Error as ImageArrays::check().
  explicit ArraySource(std::shared_ptr<const ImageArrays> arrays);

  /// @throws Error unless the graph takes images of this shape.
  void fit(const Graph& graph) const;

  [[nodiscard]] int64_t size() const override { return arrays_->size; }
  [[nodiscard]] std::string name(int64_t index) const override;
  [[nodiscard]] TargetKind targets() const override;
  void check_labels(int64_t classes) const override;
  [[nodiscard]] std::unique_ptr<SampleReader> read(const Graph& graph, std::vector<int64_t> samples,
                                                   const Reading& how) const override;
  [[nodiscard]] std::string preprocessing() const override { return "none: the arrays as they are"; }
  void write(Json& json) const override;
  void add_remarks(Remarks&) const override {}

 private:
  std::shared_ptr<const ImageArrays> arrays_;
};

}  // namespace dpac
