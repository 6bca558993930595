#include "loaders/images/sample_maker.h"

#include <fmt/format.h>

#include "engine/tensor.h"
#include "kernels/error.h"

namespace dpac {

SampleMaker::SampleMaker(const ImageDataset& dataset, const Preprocessing& how, int channels,
                         std::vector<int64_t> indices, const AugmentedDraws& draws)
    : dataset_(dataset), how_(how), channels_(channels), indices_(std::move(indices)), draws_(draws) {
  if (indices_.empty()) throw Error("expected at least one sample to read, found none");
  size_ = output_size(dataset_.load(indices_.front()).size(), how_);
}

std::size_t SampleMaker::image_floats() const {
  return static_cast<std::size_t>(element_count({channels_, size_.height, size_.width}));
}

void SampleMaker::make(std::size_t position, std::span<float> dst) const {
  const int64_t index = indices_[position];
  const Image image = dataset_.load(index);
  check(image, index);
  const AugmentationKey key{draws_.seed, static_cast<uint64_t>(draws_.first_draw) + position};
  normalise(random_resize_and_crop(image, how_, draws_.kind, key), how_, channels_, dst);
}

void SampleMaker::check(const Image& image, int64_t index) const {
  if (image.channels > channels_) {
    throw Error(fmt::format("{}: expected a grey image, for the network takes 1 channel, found colour",
                            dataset_.name(index)));
  }
  const ImageSize size = output_size(image.size(), how_);
  if (size == size_) return;
  throw Error(
      fmt::format("{}: expected {} x {} pixels like the first sample {}, found {} x {}; give all of "
                  "them one size with --resize and --crop",
                  dataset_.name(index), size_.width, size_.height, dataset_.name(indices_.front()),
                  size.width, size.height));
}

}  // namespace dpac
