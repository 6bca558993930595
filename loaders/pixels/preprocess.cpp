#include "loaders/pixels/preprocess.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/pixels/resize.h"

namespace dpac {
namespace {

constexpr std::array<float, 3> kImageNetMean = {0.485f, 0.456f, 0.406f};
constexpr std::array<float, 3> kImageNetStd = {0.229f, 0.224f, 0.225f};
constexpr std::array<float, 3> kCaffeMean = {103.939f, 116.779f, 123.68f};
constexpr std::array<float, 3> kOnes = {1.0f, 1.0f, 1.0f};
constexpr double kToUnit = 1.0 / 255;
constexpr Interpolation kBilinear = Interpolation::bilinear;

Preprocessing any_preset(std::string_view name) {
  if (name == "torchvision") return {256, 224, kBilinear, kImageNetMean, kImageNetStd, kToUnit, false};
  if (name == "keras-caffe") return {256, 224, kBilinear, kCaffeMean, kOnes, 1.0, true};
  if (name == "cifar") return {0, 0, kBilinear, kImageNetMean, kImageNetStd, kToUnit, false};
  if (name == "plain") return {};
  throw Error(fmt::format("preset '{}': expected torchvision, keras-caffe, cifar or plain", name));
}

ImageSize resized(ImageSize size, const Preprocessing& how) {
  return how.resize == 0 ? size : short_side_size(size, how.resize);
}

/// One axis of the crop, in the resized image.
struct Span {
  int begin = 0;  ///< Negative: zeros come first.
  int length = 0;
};

/// torchvision's center_crop: round((size - crop) / 2) with halves to even; too small an image is padded
/// first, the odd zero behind.
Span centre(int size, int crop) {
  if (crop == 0) return {0, size};
  if (crop > size) return {-((crop - size) / 2), crop};
  return {static_cast<int>(std::nearbyint((size - crop) / 2.0)), crop};
}

/// The part of it that the image covers.
Span inside(const Span& span, int size) {
  return {std::max(span.begin, 0), std::min(span.length, size)};
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

void write_plane(const Image& image, int channel, const ValueTable& table, std::span<float> plane) {
  const uint8_t* from = image.pixels.data() + channel;
  for (float& to : plane) {
    to = table[*from];
    from += image.channels;
  }
}

}  // namespace

Preprocessing preset(std::string_view name, bool files) {
  Preprocessing how = any_preset(name);
  if (!files) how.resize = how.crop = 0;
  return how;
}

int resize_for_crop(int crop, double crop_pct) {
  if (!(crop_pct > 0 && crop_pct <= 1)) {
    throw Error(fmt::format("expected a crop_pct above 0 and at most 1, found {}", crop_pct));
  }
  const double resize = std::floor(crop / crop_pct);
  if (resize > kMaxImagePixels) {
    throw Error(fmt::format("a crop of {} with a crop_pct of {} asks for images of {:.0f} pixels", crop,
                            crop_pct, resize));
  }
  return static_cast<int>(resize);
}

ImageSize output_size(ImageSize size, const Preprocessing& how) {
  if (how.crop != 0) return {how.crop, how.crop};
  return resized(size, how);
}

Image resize_and_crop(const Image& image, const Preprocessing& how) {
  const ImageSize whole = resized(image.size(), how);
  const Span down = centre(whole.height, how.crop);
  const Span across = centre(whole.width, how.crop);
  const Span rows = inside(down, whole.height);
  const Span columns = inside(across, whole.width);
  Image part =
      resize_image(image, whole, how.interpolation, {rows.begin, columns.begin, rows.length, columns.length});
  if (part.size() == output_size(image.size(), how)) return part;
  return cut_out(part, {down.begin - rows.begin, across.begin - columns.begin, down.length, across.length});
}

void normalise(const Image& pixels, const Preprocessing& how, int channels, std::span<float> dst) {
  if (channels < pixels.channels) {
    throw Error(fmt::format("the network takes {} channel, the image has {}", channels, pixels.channels));
  }
  const auto plane = static_cast<std::size_t>(pixels.height) * static_cast<std::size_t>(pixels.width);
  if (dst.size() != plane * static_cast<std::size_t>(channels)) {
    throw Error(fmt::format("expected room for {} x {} x {} values, found {}", channels, pixels.height,
                            pixels.width, dst.size()));
  }
  for (int c = 0; c < channels; ++c) {
    const auto n = static_cast<std::size_t>(c);
    const int source = pixels.channels == 1 ? 0 : (how.bgr ? channels - 1 - c : c);
    write_plane(pixels, source, value_table(how.value_scale, how.mean[n], how.std[n]),
                dst.subspan(n * plane, plane));
  }
}

void preprocess(const Image& image, const Preprocessing& how, int channels, std::span<float> dst) {
  normalise(resize_and_crop(image, how), how, channels, dst);
}

}  // namespace dpac
