#include "study/data/image_source.h"

#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/images/class_check.h"
#include "loaders/images/open_dataset.h"
#include "loaders/images/prefetch.h"
#include "loaders/pixels/known_preprocessing.h"
#include "loaders/pixels/preprocess_report.h"
#include "study/data/answer.h"
#include "study/data/pixel_arrays.h"
#include "study/support/json.h"

namespace dpac {
namespace {

class ImageReader final : public SampleReader {
 public:
  ImageReader(const ImageDataset& images, const Preprocessing& preprocessing, const Graph& graph,
              bool labelled, std::vector<int64_t> samples, const Reading& how)
      : labelled_(labelled),
        reader_(images, preprocessing, static_cast<int>(input_shape(graph).channels), std::move(samples),
                static_cast<int>(how.batch), how.threads, how.draws) {}

  const SampleBatch* next() override {
    const ImageBatch* images = reader_.next();
    if (images == nullptr) return nullptr;
    batch_ = {.inputs = images->images,
              .samples = images->indices,
              .indices = images->indices,
              .targets = labelled_ ? Targets{.labels = images->labels} : Targets{},
              .n = images->n};
    return &batch_;
  }

 private:
  bool labelled_;
  BatchReader reader_;
  SampleBatch batch_;
};

std::unique_ptr<ImageDataset> open_images(const DataSettings& settings, std::optional<int> outputs) {
  if (settings.arrays) return std::make_unique<PixelArrays>(settings.arrays);
  return open_image_dataset(settings.data, dataset_settings(settings, outputs));
}

}  // namespace

ImageSource::ImageSource(DataSettings settings, const ResNetTraits& traits, std::optional<int> outputs)
    : settings_(std::move(settings)),
      images_(open_images(settings_, outputs)),
      preset_(settings_.preset.value_or(traits.preset)),
      known_(settings_.preset ? PreprocessingTraits() : traits.preprocessing),
      preprocessing_(preprocessing_of(settings_, preset_, known_, images_->holds_files())) {}

ImageSource::ImageSource(std::unique_ptr<ImageDataset> images, const Preprocessing& how)
    : images_(std::move(images)), preset_("plain"), preprocessing_(how) {}

std::optional<Shape> ImageSource::size_of_images() const {
  if (preprocessing_.crop > 0) return Shape{preprocessing_.crop, preprocessing_.crop};
  if (images_->holds_files()) return std::nullopt;
  const ImageSize size = output_size(images_->load(0).size(), preprocessing_);
  return Shape{size.height, size.width};
}

void ImageSource::fit(const Graph& graph, int64_t sample) {
  const MapShape& input = input_shape(graph);
  if (input.channels != 1 && input.channels != 3) {
    throw Error(fmt::format("the network takes {} channels, but images have 1 or 3", input.channels));
  }
  const ImageSize own = images_->load(sample).size();
  labelled_ = answer_of(graph) == Answer::classes && !(settings_.arrays && settings_.arrays->labels.empty());
  if (labelled_) class_notices_ = class_notices(*images_, output_channels(graph));
  warnings_ = preprocessing_warnings(preprocessing_, own, static_cast<int>(input.channels));
  const ImageSize size = output_size(own, preprocessing_);
  if (size.height == input.height && size.width == input.width) return;
  throw Error(
      fmt::format("{}: the image has {}x{} pixels after preprocessing, but the network takes {}x{}; "
                  "--resize and --crop change the one, --input-size the other",
                  images_->name(sample), size.height, size.width, input.height, input.width));
}

void ImageSource::check_labels(int64_t classes) const {
  if (labelled_) check_classes(*images_, classes);
}

std::unique_ptr<SampleReader> ImageSource::read(const Graph& graph, std::vector<int64_t> samples,
                                                const Reading& how) const {
  return std::make_unique<ImageReader>(*images_, preprocessing_, graph, labelled_, std::move(samples), how);
}

std::string ImageSource::preprocessing() const {
  return to_sentence(preprocessing_);
}

Augmentation ImageSource::augmentation() const {
  return preset_augmentation(preset_);
}

void ImageSource::write(Json& json) const {
  json["data"] = settings_.arrays ? settings_.arrays->name : settings_.data;
  json["labels"] = or_null(settings_.labels);
  json["class_map"] = or_null(settings_.class_map);
  json["label_offset"] = settings_.label_offset.value_or(0);
  json["limit"] = or_null(settings_.limit);
  json["preset"] = preset_;
  json["resize"] = preprocessing_.resize;
  json["crop"] = preprocessing_.crop;
  json["interpolation"] = to_string(preprocessing_.interpolation);
  json["mean"] = std::span<const float>(preprocessing_.mean);
  json["std"] = std::span<const float>(preprocessing_.std);
  json["value_scale"] = preprocessing_.value_scale;
  json["channel_order"] = preprocessing_.bgr ? "bgr" : "rgb";
}

void ImageSource::add_remarks(Remarks& remarks) const {
  const DatasetReport report = images_->report();
  for (const LeftOut& left_out : report.left_out) remarks.leave_out(left_out);
  for (const auto* sentences : {&report.notices, &class_notices_}) {
    for (const std::string& sentence : *sentences) remarks.notice(sentence);
  }
  if (!settings_.preset) add_preprocessing(remarks);
  for (const std::string& warning : warnings_) remarks.notice(warning);
}

void ImageSource::add_preprocessing(Remarks& remarks) const {
  const bool files = images_->holds_files();
  const std::string known = known_quantities(known_, files), numbers = preprocessing();
  const char* const choice = "--preset and what belongs to it choose others";
  if (is_complete(known_, files)) {
    remarks.notice(fmt::format("preprocessing as the weights' files say: {} ({})", numbers, choice));
  } else if (known.empty()) {
    remarks.assume(fmt::format("preset {}, as the weights suggest: {} ({})", preset_, numbers, choice));
  } else {
    remarks.assume(
        fmt::format("preset {}, as the weights suggest, but for what their files say ({}): {} ({})", preset_,
                    known, numbers, choice));
  }
}

}  // namespace dpac
