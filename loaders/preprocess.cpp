#include "loaders/preprocess.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/tensor.h"
#include "kernels/error.h"
#include "loaders/resize.h"

namespace dpac {
namespace {

constexpr std::array<float, 3> kImageNetMean = {0.485f, 0.456f, 0.406f};
constexpr std::array<float, 3> kImageNetStd = {0.229f, 0.224f, 0.225f};
constexpr std::array<float, 3> kCaffeMean = {103.939f, 116.779f, 123.68f};
constexpr std::array<float, 3> kOnes = {1.0f, 1.0f, 1.0f};
constexpr double kToUnit = 1.0 / 255;

Preprocessing any_preset(std::string_view name) {
  if (name == "torchvision") return {256, 224, kImageNetMean, kImageNetStd, kToUnit, false};
  if (name == "keras-caffe") return {256, 224, kCaffeMean, kOnes, 1.0, true};
  if (name == "cifar") return {0, 0, kImageNetMean, kImageNetStd, kToUnit, false};
  if (name == "plain") return {};
  throw Error(fmt::format("preset '{}': expected torchvision, keras-caffe, cifar or plain", name));
}

ImageSize resized(ImageSize size, const Preprocessing& how) {
  return how.resize == 0 ? size : short_side_size(size, how.resize);
}

/// Where one axis of the crop lies in the resized image, and where that part lies in the output.
struct Span {
  int begin = 0;   ///< In the resized image.
  int length = 0;  ///< Of the part that the image covers.
  int offset = 0;  ///< Of that part in the output: zeros lie before and behind it.
};

/// torchvision's center_crop: round((size - crop) / 2) with halves to even; too small an image is padded
/// first, the odd zero behind.
Span centre(int size, int crop) {
  if (crop == 0) return {0, size, 0};
  if (crop > size) return {0, size, (crop - size) / 2};
  return {static_cast<int>(std::nearbyint((size - crop) / 2.0)), crop, 0};
}

/// y of each pixel value, for one channel.
using ValueTable = std::array<float, 256>;

ValueTable value_table(double scale, float mean, float std) {
  ValueTable table;
  for (int value = 0; value < 256; ++value) {
    const auto scaled = static_cast<float>(value * scale);
    table[static_cast<std::size_t>(value)] = (scaled - mean) / std;
  }
  return table;
}

/// Copies channel `channel` of the image through the table into its place in a plane [size.height,
/// size.width].
void write_plane(const Image& image, int channel, const ValueTable& table, const Span& down,
                 const Span& across, ImageSize size, float* plane) {
  if (image.size() != size) std::fill_n(plane, element_count({size.height, size.width}), table[0]);
  const uint8_t* from = image.pixels.data() + channel;
  for (int y = 0; y < image.height; ++y) {
    float* to = plane + static_cast<std::ptrdiff_t>(down.offset + y) * size.width + across.offset;
    for (int x = 0; x < image.width; ++x, from += image.channels) to[x] = table[*from];
  }
}

}  // namespace

Preprocessing preset(std::string_view name, bool files) {
  Preprocessing how = any_preset(name);
  if (!files) how.resize = how.crop = 0;
  return how;
}

ImageSize output_size(ImageSize size, const Preprocessing& how) {
  if (how.crop != 0) return {how.crop, how.crop};
  return resized(size, how);
}

void preprocess(const Image& image, const Preprocessing& how, int channels, std::span<float> dst) {
  if (channels < image.channels) {
    throw Error(fmt::format("the network takes {} channel, the image has {}", channels, image.channels));
  }
  const ImageSize whole = resized(image.size(), how);
  const ImageSize size = output_size(image.size(), how);
  const std::size_t plane = static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width);
  if (dst.size() != plane * static_cast<std::size_t>(channels)) {
    throw Error(fmt::format("expected room for {} x {} x {} values, found {}", channels, size.height,
                            size.width, dst.size()));
  }
  const Span down = centre(whole.height, how.crop);
  const Span across = centre(whole.width, how.crop);
  const Image part = resize_bilinear(image, whole, {down.begin, across.begin, down.length, across.length});
  for (int c = 0; c < channels; ++c) {
    const auto n = static_cast<std::size_t>(c);
    const int source = part.channels == 1 ? 0 : (how.bgr ? channels - 1 - c : c);
    write_plane(part, source, value_table(how.value_scale, how.mean[n], how.std[n]), down, across, size,
                dst.data() + n * plane);
  }
}

}  // namespace dpac
