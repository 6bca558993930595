#include "loaders/pixels/decode_image.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/pixels/decode_jpeg.h"
#include "loaders/pixels/decode_png.h"
#include "loaders/pixels/decode_tiff.h"
#include "loaders/pixels/decode_webp.h"

namespace dpac {
namespace {

using namespace std::string_view_literals;

using Decode = Image (*)(std::span<const uint8_t>, const std::string&);

/// Bytes a format's files start with.
struct Start {
  std::string_view bytes;  ///< Any byte fits a '?'.
  Decode decode;
};

constexpr std::array<Start, 7> kStarts = {{{"\xFF\xD8\xFF"sv, decode_jpeg},
                                           {"\x89PNG\r\n\x1A\n"sv, decode_png},
                                           {"RIFF????WEBPVP8"sv, decode_webp},
                                           {"II*\0"sv, decode_tiff},
                                           {"MM\0*"sv, decode_tiff},
                                           {"II+\0"sv, decode_tiff},
                                           {"MM\0+"sv, decode_tiff}}};

bool starts_with(std::span<const uint8_t> file, std::string_view start) {
  return file.size() >= start.size() &&
         std::equal(start.begin(), start.end(), file.begin(), [](char expected, uint8_t found) {
           return expected == '?' || static_cast<uint8_t>(expected) == found;
         });
}

/// Null for a format that is not read.
Decode decoder_of(std::span<const uint8_t> file) {
  const auto found = std::find_if(kStarts.begin(), kStarts.end(),
                                  [file](const Start& start) { return starts_with(file, start.bytes); });
  return found == kStarts.end() ? nullptr : found->decode;
}

}  // namespace

bool is_image_start(std::span<const uint8_t> start) {
  return decoder_of(start) != nullptr;
}

Image decode_image(std::span<const uint8_t> encoded, const std::string& name) {
  if (const Decode decode = decoder_of(encoded)) return decode(encoded, name);
  if (encoded.empty()) {
    throw Error(fmt::format("{}: expected a {} image, the file is empty", name, kImageFormats));
  }
  const auto start = encoded.first(std::min<std::size_t>(encoded.size(), 4));
  throw Error(fmt::format("{}: expected a {} image, but the file starts with the bytes {:02x}", name,
                          kImageFormats, fmt::join(start, " ")));
}

}  // namespace dpac
