#include "loaders/pixels/decode_webp.h"

#include <fmt/format.h>
#include <webp/decode.h>

#include "kernels/error.h"

namespace dpac {
namespace {

[[noreturn]] void refuse_damage(const std::string& name) {
  throw Error(fmt::format("{}: damaged or truncated WebP", name));
}

/// The size the header declares, checked.
ImageSize declared_size(std::span<const uint8_t> encoded, const std::string& name) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(encoded.data(), encoded.size(), &features) != VP8_STATUS_OK) refuse_damage(name);
  if (features.has_animation != 0) {
    throw Error(fmt::format("{}: expected one image, found an animated WebP", name));
  }
  check_pixels(features.width, features.height, encoded.size(), name + ": the WebP");
  return {features.height, features.width};
}

}  // namespace

Image decode_webp(std::span<const uint8_t> encoded, const std::string& name) {
  const ImageSize size = declared_size(encoded, name);
  Image image{size.height, size.width, 3, {}};
  const int row_bytes = 3 * size.width;
  image.pixels.resize(static_cast<std::size_t>(size.height) * static_cast<std::size_t>(row_bytes));
  // Alpha, where there is some, is left out of the output, not blended into it.
  const uint8_t* decoded =
      WebPDecodeRGBInto(encoded.data(), encoded.size(), image.pixels.data(), image.pixels.size(), row_bytes);
  if (decoded == nullptr) refuse_damage(name);
  return image;
}

}  // namespace dpac
