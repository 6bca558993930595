/// @file
/// Images as a data source.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/data/data_source.h"
#include "cli/options/data_options.h"
#include "cli/support/json.h"
#include "engine/tensor.h"
#include "loaders/images/dataset.h"
#include "loaders/images/preprocess.h"

namespace dpac::cli {

class ImageSource final : public DataSource {
 public:
  /// `default_preset` is used where the user chose none. @throws Error naming the path or option.
  ImageSource(DataOptions options, const std::string& default_preset);

  /// Images that no option chose.
  ImageSource(std::unique_ptr<ImageDataset> images, const Preprocessing& how);

  [[nodiscard]] const std::string& preset() const { return preset_; }

  /// [H, W] of the images the data gives: the crop's size, or for arrays, which are all of one size, that.
  /// None for image files without a crop: the network decides, and they have to fit.
  [[nodiscard]] std::optional<Shape> size_of_images() const;

  /// @throws Error unless the sample, preprocessed, is what a network with this input takes.
  void check_fit(const MapShape& input, int64_t sample) const;

  [[nodiscard]] int64_t size() const override { return images_->size(); }
  [[nodiscard]] std::string name(int64_t index) const override { return images_->name(index); }
  [[nodiscard]] TargetKind targets() const override { return TargetKind::label; }
  void check_labels(const std::vector<int64_t>& samples, int64_t classes) const override;
  [[nodiscard]] std::unique_ptr<SampleReader> read(const Graph& graph, std::vector<int64_t> samples,
                                                   const Reading& how) const override;
  [[nodiscard]] std::string preprocessing() const override;
  [[nodiscard]] Augmentation augmentation() const override;
  void write(Json& json) const override;
  void add_remarks(Remarks& remarks) const override;

 private:
  DataOptions options_;
  std::unique_ptr<ImageDataset> images_;
  std::string preset_;
  Preprocessing preprocessing_;
};

}  // namespace dpac::cli
