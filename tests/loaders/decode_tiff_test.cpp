#include "loaders/pixels/decode_tiff.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/error.h"
#include "loaders/read_file.h"
#include "tests/support/images.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint16_t kWidth = 256, kHeight = 257, kBits = 258, kCompression = 259, kPhotometric = 262,
                   kSamples = 277, kTileWidth = 322, kExtra = 338;

Bytes tiff(const std::string& name) {
  return read_file(golden_image("decode/" + name));
}

uint32_t little_endian(const Bytes& bytes, std::size_t at, std::size_t count) {
  uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | bytes.at(at + i);
  return value;
}

void put_little_endian(Bytes& bytes, std::size_t at, uint32_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) bytes.at(at + i) = static_cast<uint8_t>(value >> (8 * i));
}

/// Where the 12 bytes of a tag's entry are: tag, type (2 bytes each), count, value (4 bytes each).
std::size_t entry_of(const Bytes& bytes, uint16_t tag) {
  const std::size_t directory = little_endian(bytes, 4, 4);
  const std::size_t entries = little_endian(bytes, directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t at = directory + 2 + 12 * i;
    if (little_endian(bytes, at, 2) == tag) return at;
  }
  FAIL("no such tag in the file");
  return 0;
}

/// The file with another value of a tag.
Bytes with(Bytes bytes, uint16_t tag, uint32_t value) {
  put_little_endian(bytes, entry_of(bytes, tag) + 8, value, 4);
  return bytes;
}

/// The file with one tag in place of another.
Bytes with_tag_in_place(Bytes bytes, uint16_t old_tag, uint16_t tag, uint32_t value) {
  const std::size_t at = entry_of(bytes, old_tag);
  put_little_endian(bytes, at, tag, 2);
  put_little_endian(bytes, at + 8, value, 4);
  return bytes;
}

void check_refused(const Bytes& bytes, const char* message) {
  CAPTURE(message);
  CHECK_THROWS_WITH_AS(decode_tiff(bytes, "a.tif"), doctest::Contains(message), Error);
}

}  // namespace

TEST_CASE("a TIFF of a kind that is not read is refused by what it is") {
  const Bytes grey = tiff("grey_white_is_0.tif");
  check_refused(with(grey, kBits, 16), "a.tif: expected a TIFF of 8-bit grey or RGB, found 16 bits a sample");
  check_refused(with(grey, kBits, 1), "found 1 bits a sample");
  check_refused(with(grey, kPhotometric, 5),
                "found photometric interpretation 5, as of palettes, CMYK and YCbCr");
  check_refused(with(grey, kPhotometric, 2), "found 1 samples a pixel");
  check_refused(with(grey, kCompression, 7), "found compression 7, which is not one of none, LZW, Deflate");
  check_refused(with_tag_in_place(grey, kSamples, 274, 3), "found orientation 3, not upright");
  check_refused(with_tag_in_place(tiff("rgba.tif"), kExtra, 339, 3), "found sample format 3");
  check_refused(with_tag_in_place(tiff("rgba.tif"), kExtra, 284, 2), "found a plane for each channel");
  check_refused(with(tiff("rgba.tif"), kExtra, 1), "found alpha multiplied into the colours");
}

TEST_CASE("a TIFF that declares a huge image or huge tiles is refused before memory is asked for") {
  const Bytes grey = tiff("grey_white_is_0.tif");
  check_refused(with(grey, kWidth, 1'000'000'000),
                "a.tif: the TIFF declares 1000000000 x 9 pixels, and no side may have more than 65535");
  check_refused(with(grey, kWidth, 0), "a.tif: damaged or truncated TIFF: ");
  check_refused(with(with(tiff("rgb_tiled.tif"), kTileWidth, 1 << 30), kTileWidth + 1, 1 << 30),
                "each tile of the TIFF declares 1073741824 x 1073741824 pixels");
}

TEST_CASE("a TIFF with fewer pixels than it declares is an error") {
  check_refused(with(tiff("grey_white_is_0.tif"), kWidth, 5'000), "a.tif: damaged or truncated TIFF: ");
  check_refused(with(tiff("rgb_lzw.tif"), kHeight, 5'000), "a.tif: damaged or truncated TIFF: ");
  check_refused({'I', 'I', '*', 0, 8, 0, 0, 0}, "a.tif: damaged or truncated TIFF: ");
}

TEST_CASE("TIFFs are decoded by several threads at once, damaged ones too") {
  const Bytes whole = tiff("rgb_lzw.tif");
  const Bytes cut(whole.begin(), whole.begin() + 100);
  const Image expected = decode_tiff(whole, "a.tif");
  std::array<int, 4> wrong{};
  std::vector<std::jthread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        count += differing_bytes(decode_tiff(whole, "a.tif"), expected) != 0 ? 1 : 0;
        try {
          decode_tiff(cut, "a.tif");
          ++count;
        } catch (const Error&) {
        }
      }
    });
  }
  threads.clear();
  CHECK(wrong == std::array<int, 4>{});
}
