#include "python/bindings/image_arrays.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace dpac::python {
namespace {

template <class Array>
int64_t extent(const Array& array, std::size_t axis) {
  return static_cast<int64_t>(array.shape(axis));
}

ImageArrays unlabelled(const Images& images) {
  ImageArrays arrays{.size = extent(images, 0),
                     .shape = {extent(images, 1), extent(images, 2), extent(images, 3)}};
  const auto floats = static_cast<std::size_t>(arrays.shape.channels * arrays.shape.pixels());
  arrays.load = [first = images.data(), floats](int64_t index, std::span<float> image) {
    std::copy_n(first + static_cast<std::size_t>(index) * floats, floats, image.begin());
  };
  return arrays;
}

ImageArrays unlabelled(const Pixels& pixels) {
  ImageArrays arrays{.size = extent(pixels, 0)};
  const Image shape{static_cast<int>(extent(pixels, 1)),
                    static_cast<int>(extent(pixels, 2)),
                    static_cast<int>(extent(pixels, 3)),
                    {}};
  const auto bytes = static_cast<int64_t>(pixels.shape(1) * pixels.shape(2) * pixels.shape(3));
  arrays.load_pixels = [first = pixels.data(), shape, bytes](int64_t index) {
    Image image = shape;
    image.pixels.assign(first + index * bytes, first + (index + 1) * bytes);
    return image;
  };
  return arrays;
}

}  // namespace

std::shared_ptr<const ImageArrays> image_arrays(const AnyImages& images, std::vector<int> labels) {
  auto arrays = std::visit([](const auto& given) { return unlabelled(given); }, images);
  arrays.labels = std::move(labels);
  return std::make_shared<const ImageArrays>(std::move(arrays));
}

}  // namespace dpac::python
