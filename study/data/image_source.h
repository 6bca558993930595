/// @file
/// Images as a data source.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/networks/weights.h"
#include "engine/tensor.h"
#include "loaders/images/dataset.h"
#include "loaders/pixels/preprocess.h"
#include "study/data/data_source.h"
#include "study/settings/data_settings.h"

namespace dpac {

class ImageSource final : public DataSource {
 public:
  /// `traits` say the preprocessing where the user chose none; `outputs` are the network's classes, where
  /// they are known. @throws Error naming the path or option.
  ImageSource(DataSettings settings, const ResNetTraits& traits, std::optional<int> outputs);

  /// Images that no option chose.
  ImageSource(std::unique_ptr<ImageDataset> images, const Preprocessing& how);

  /// [H, W] of the images the data gives: the crop's size, or for arrays, which are all of one size, that.
  /// None for image files without a crop: the network decides, and they have to fit.
  [[nodiscard]] std::optional<Shape> size_of_images() const;

  /// Remembers what is to be said about the data under this network.
  /// @throws Error unless the sample, preprocessed, is what the network takes.
  void fit(const Graph& graph, int64_t sample);

  [[nodiscard]] int64_t size() const override { return images_->size(); }
  [[nodiscard]] std::string name(int64_t index) const override { return images_->name(index); }
  [[nodiscard]] TargetKind targets() const override {
    return labelled_ ? TargetKind::label : TargetKind::none;
  }
  void check_labels(int64_t classes) const override;
  [[nodiscard]] std::unique_ptr<SampleReader> read(const Graph& graph, std::vector<int64_t> samples,
                                                   const Reading& how) const override;
  [[nodiscard]] std::string preprocessing() const override;
  [[nodiscard]] Augmentation augmentation() const override;
  void write(Json& json) const override;
  void add_remarks(Remarks& remarks) const override;

 private:
  /// The numbers in force, and whose they are.
  void add_preprocessing(Remarks& remarks) const;

  DataSettings settings_;
  std::unique_ptr<ImageDataset> images_;
  std::string preset_;
  PreprocessingTraits known_;  ///< Nothing where the user chose a preset.
  Preprocessing preprocessing_;
  bool labelled_ = true;  ///< Labels are of use: the network gives classes.
  std::vector<std::string> class_notices_, warnings_;
};

}  // namespace dpac
