#include "cli/data/image_source.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/support/json.h"
#include "kernels/error.h"
#include "loaders/images/prefetch.h"

namespace dpac::cli {
namespace {

class ImageReader final : public SampleReader {
 public:
  ImageReader(const ImageDataset& images, const Preprocessing& preprocessing, const Graph& graph,
              std::vector<int64_t> samples, const Reading& how)
      : reader_(images, preprocessing, static_cast<int>(graph.input().channels), std::move(samples),
                static_cast<int>(how.batch), how.threads, how.draws) {}

  const SampleBatch* next() override {
    const ImageBatch* images = reader_.next();
    if (images == nullptr) return nullptr;
    batch_ = {.inputs = images->images,
              .samples = images->indices,
              .indices = images->indices,
              .targets = {.labels = images->labels},
              .n = images->n};
    return &batch_;
  }

 private:
  BatchReader reader_;
  SampleBatch batch_;
};

std::unique_ptr<ImageDataset> open_images(const DataOptions& options) {
  return options.labels.empty() ? open_image_dataset(options.data)
                                : open_image_dataset(options.data, options.labels);
}

}  // namespace

ImageSource::ImageSource(DataOptions options, const std::string& default_preset)
    : options_(std::move(options)),
      images_(open_images(options_)),
      preset_(options_.preset.value_or(default_preset)),
      preprocessing_(preprocessing_of(options_, preset_, images_->holds_files())) {}

ImageSource::ImageSource(std::unique_ptr<ImageDataset> images, const Preprocessing& how)
    : images_(std::move(images)), preset_("plain"), preprocessing_(how) {}

std::optional<Shape> ImageSource::size_of_images() const {
  if (preprocessing_.crop > 0) return Shape{preprocessing_.crop, preprocessing_.crop};
  if (images_->holds_files()) return std::nullopt;
  const ImageSize size = output_size(images_->load(0).size(), preprocessing_);
  return Shape{size.height, size.width};
}

void ImageSource::check_fit(const MapShape& input, int64_t sample) const {
  if (input.channels != 1 && input.channels != 3) {
    throw Error(fmt::format("the network takes {} channels, but images have 1 or 3", input.channels));
  }
  const ImageSize size = output_size(images_->load(sample).size(), preprocessing_);
  if (size.height == input.height && size.width == input.width) return;
  throw Error(
      fmt::format("{}: the image has {}x{} pixels after preprocessing, but the network takes {}x{}; "
                  "--resize and --crop change the one, --input-size the other",
                  images_->name(sample), size.height, size.width, input.height, input.width));
}

void ImageSource::check_labels(const std::vector<int64_t>& samples, int64_t classes) const {
  for (const int64_t sample : samples) check_label(*this, sample, images_->label(sample), classes);
}

std::unique_ptr<SampleReader> ImageSource::read(const Graph& graph, std::vector<int64_t> samples,
                                                const Reading& how) const {
  return std::make_unique<ImageReader>(*images_, preprocessing_, graph, std::move(samples), how);
}

std::string ImageSource::preprocessing() const {
  const Preprocessing& how = preprocessing_;
  return fmt::format("resize {}, crop {}, value scale {}, mean {}, std {}, {}", how.resize, how.crop,
                     how.value_scale, how.mean, how.std, how.bgr ? "bgr" : "rgb");
}

Augmentation ImageSource::augmentation() const {
  return preset_augmentation(preset_);
}

void ImageSource::write(Json& json) const {
  json["data"] = options_.data;
  json["labels"] = or_null(options_.labels);
  json["limit"] = or_null(options_.limit);
  json["preset"] = preset_;
  json["resize"] = preprocessing_.resize;
  json["crop"] = preprocessing_.crop;
  json["mean"] = std::span<const float>(preprocessing_.mean);
  json["std"] = std::span<const float>(preprocessing_.std);
  json["value_scale"] = preprocessing_.value_scale;
  json["channel_order"] = preprocessing_.bgr ? "bgr" : "rgb";
}

void ImageSource::add_remarks(Remarks& remarks) const {
  if (options_.preset) return;
  remarks.assume(
      fmt::format("preset {}, as the weights suggest: {} (--preset and what belongs to it choose others)",
                  preset_, preprocessing()));
}

}  // namespace dpac::cli
