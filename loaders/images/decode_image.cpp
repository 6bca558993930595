#include "loaders/images/decode_image.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/images/decode_jpeg.h"
#include "loaders/images/decode_png.h"

namespace dpac {
namespace {

constexpr std::array<uint8_t, 3> kJpegStart = {0xFF, 0xD8, 0xFF};
constexpr std::array<uint8_t, 8> kPngStart = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

template <std::size_t N>
bool starts_with(std::span<const uint8_t> bytes, const std::array<uint8_t, N>& start) {
  return bytes.size() >= N && std::equal(start.begin(), start.end(), bytes.begin());
}

}  // namespace

Image decode_image(std::span<const uint8_t> encoded, const std::string& name) {
  if (starts_with(encoded, kJpegStart)) return decode_jpeg(encoded, name);
  if (starts_with(encoded, kPngStart)) return decode_png(encoded, name);
  if (encoded.empty()) throw Error(fmt::format("{}: expected a JPEG or PNG image, the file is empty", name));
  const auto start = encoded.first(std::min<std::size_t>(encoded.size(), 4));
  throw Error(fmt::format("{}: expected a JPEG or PNG image, but the file starts with the bytes {:02x}", name,
                          fmt::join(start, " ")));
}

}  // namespace dpac
