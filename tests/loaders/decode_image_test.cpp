#include "loaders/pixels/decode_image.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <zlib.h>

#include "kernels/error.h"
#include "loaders/read_file.h"
#include "tests/support/images.h"

using namespace dpac;
using namespace dpac::test;

namespace {

Image decode(const std::string& name) {
  return decode_image(read_file(golden_image("decode/" + name)), name);
}

void check_refused(const std::vector<uint8_t>& bytes, const char* message) {
  CAPTURE(message);
  CHECK_THROWS_WITH_AS(decode_image(bytes, "a.jpg"), doctest::Contains(message), Error);
}

void put_big_endian(std::vector<uint8_t>& bytes, std::size_t at, uint32_t value, int count) {
  for (int i = 0; i < count; ++i)
    bytes.at(at + static_cast<std::size_t>(i)) = static_cast<uint8_t>(value >> (8 * (count - 1 - i)));
}

/// Position of the start-of-frame segment's height.
std::size_t jpeg_height_at(const std::vector<uint8_t>& jpeg) {
  const std::vector<uint8_t> marker = {0xFF, 0xC0};
  return static_cast<std::size_t>(std::search(jpeg.begin(), jpeg.end(), marker.begin(), marker.end()) -
                                  jpeg.begin()) +
         5;
}

}  // namespace

TEST_CASE("every form of JPEG, PNG, WebP and TIFF has Pillow's pixels") {
  for (const std::string name : {"rgb_420.jpg",
                                 "rgb_422_progressive.jpg",
                                 "rgb_444.jpg",
                                 "grey.jpg",
                                 "cmyk.jpg",
                                 "ycck.jpg",
                                 "png_named_as.jpg",
                                 "rgb.png",
                                 "rgba.png",
                                 "grey.png",
                                 "grey_alpha.png",
                                 "bits.png",
                                 "palette.png",
                                 "palette_transparent.png",
                                 "grey16.png",
                                 "grey_alpha16.png",
                                 "rgb16.png",
                                 "rgba16.png",
                                 "rgb_interlaced.png",
                                 "lossy.webp",
                                 "lossless.webp",
                                 "alpha.webp",
                                 "lossless_alpha.webp",
                                 "rgb_lzw.tif",
                                 "rgb_deflate.tif",
                                 "grey_packbits.tif",
                                 "rgb_big_endian.tif",
                                 "rgba.tif",
                                 "grey_alpha.tif",
                                 "grey_white_is_0.tif",
                                 "rgb_tiled.tif"}) {
    CAPTURE(name);
    const Image expected = read_ppm(golden_image("decode/" + name + ".ppm"));
    CHECK(differing_bytes(as_rgb(decode(name)), expected) == 0);
  }
}

TEST_CASE("greyscale stays one channel") {
  for (const std::string name : {"grey.jpg", "grey.png", "grey_alpha.png", "grey16.png", "grey_alpha16.png",
                                 "bits.png", "grey_packbits.tif", "grey_alpha.tif", "grey_white_is_0.tif"}) {
    CAPTURE(name);
    CHECK(decode(name).channels == 1);
  }
}

TEST_CASE("truncation at any place is an error, never a crash or a grey rest") {
  for (const std::string name : {"rgb_420.jpg", "rgb_422_progressive.jpg", "rgb_interlaced.png",
                                 "palette.png", "lossy.webp", "alpha.webp", "lossless_alpha.webp",
                                 "rgb_lzw.tif", "rgb_deflate.tif", "grey_packbits.tif", "rgb_tiled.tif"}) {
    CAPTURE(name);
    const auto whole = read_file(golden_image("decode/" + name));
    // A PNG is whole without its last chunk of 12 bytes and the checksum of the pixels before it, a TIFF
    // without the offset of a second image.
    const std::size_t spare = name.ends_with(".png") ? 16 : (name.ends_with(".tif") ? 4 : 0);
    const std::size_t needed = whole.size() - spare;
    for (std::size_t size = 0; size < needed; ++size) {
      CAPTURE(size);
      CHECK_THROWS_AS(decode_image(std::span(whole).first(size), name), Error);
    }
  }
}

TEST_CASE("messages say what is wrong with which file") {
  const auto jpeg = read_file(golden_image("decode/rgb_420.jpg"));
  check_refused({jpeg.begin(), jpeg.begin() + 700}, "a.jpg: damaged or truncated JPEG: ");
  check_refused({}, "a.jpg: expected a JPEG, PNG, WebP or TIFF image, the file is empty");
  check_refused(
      {'G', 'I', 'F', '8', '9'},
      "a.jpg: expected a JPEG, PNG, WebP or TIFF image, but the file starts with the bytes 47 49 46 38");
  const auto png = read_file(golden_image("decode/rgb.png"));
  check_refused({png.begin(), png.begin() + 60}, "a.jpg: damaged or truncated PNG: the file is truncated");
}

TEST_CASE("a file that declares a huge image is refused before memory is asked for") {
  auto jpeg = read_file(golden_image("decode/rgb_420.jpg"));
  const std::size_t height = jpeg_height_at(jpeg);
  put_big_endian(jpeg, height, 65500, 2);
  put_big_endian(jpeg, height + 2, 65500, 2);
  check_refused(jpeg, "a.jpg: the JPEG declares 65500 x 65500 pixels, more than the 100000000 allowed");
}

TEST_CASE("images are refused whose sides, or pixels for their bytes, are too many") {
  auto png = read_file(golden_image("decode/rgb.png"));
  const auto set_size = [&](uint32_t width, uint32_t height) {
    put_big_endian(png, 16, width, 4);
    put_big_endian(png, 20, height, 4);
    put_big_endian(png, 29, static_cast<uint32_t>(crc32(0, png.data() + 12, 17)), 4);
  };
  set_size(1, 100'000'000);
  check_refused(png, "a.jpg: the PNG declares 1 x 100000000 pixels, and no side may have more than 65535");
  set_size(60'000, 60'000);
  check_refused(png, "a.jpg: the PNG declares 60000 x 60000 pixels, more than the 100000000 allowed");
  set_size(5'000, 5'000);
  check_refused(png, "above 16000000 pixels, 16 a byte are the most allowed; make the image smaller");
  CHECK_NOTHROW(check_pixels(10'000, 10'000, 6'250'000, "a.jpg: the JPEG"));
  CHECK_NOTHROW(check_pixels(4'000, 4'000, 100, "a.png: the PNG"));
}

TEST_CASE("a progressive JPEG of endless scans is refused") {
  const auto jpeg = read_file(golden_image("decode/rgb_422_progressive.jpg"));
  const std::vector<uint8_t> marker = {0xFF, 0xDA};
  const auto last = std::find_end(jpeg.begin(), jpeg.end(), marker.begin(), marker.end());
  REQUIRE(last != jpeg.end());
  std::vector<uint8_t> many(jpeg.begin(), last);
  for (int scan = 0; scan < 300; ++scan) many.insert(many.end(), last, jpeg.end() - 2);
  many.insert(many.end(), jpeg.end() - 2, jpeg.end());
  check_refused(many, "a.jpg: damaged or truncated JPEG: it has more than 200 scans");
}

TEST_CASE("a WebP that declares a huge image, or more than one, is refused") {
  auto webp = read_file(golden_image("decode/lossless.webp"));
  // Behind the signature 2F: width - 1 and height - 1, of 14 bits each.
  const auto signature = std::find(webp.begin() + 20, webp.end(), uint8_t{0x2F});
  std::fill_n(signature + 1, 3, uint8_t{0xFF});
  signature[4] |= 0x0F;
  check_refused(webp, "a.jpg: the WebP declares 16384 x 16384 pixels, more than the 100000000 allowed");
  check_refused(read_file(golden_image("decode/animated.webp")),
                "a.jpg: expected one image, found an animated WebP");
  const auto lossy = read_file(golden_image("decode/lossy.webp"));
  check_refused({lossy.begin(), lossy.begin() + 100}, "a.jpg: damaged or truncated WebP");
}

TEST_CASE("a damaged PNG header is an error") {
  auto png = read_file(golden_image("decode/rgb.png"));
  put_big_endian(png, 16, 0x7FFFFFFF, 4);
  check_refused(png, "a.jpg: damaged or truncated PNG: IHDR: CRC error");
}

TEST_CASE("damage anywhere in a file gives an error or an image, nothing else") {
  for (const std::string name :
       {"rgb_420.jpg", "rgb_422_progressive.jpg", "palette.png", "lossy.webp", "alpha.webp",
        "lossless_alpha.webp", "rgb_lzw.tif", "rgb_deflate.tif", "grey_packbits.tif", "rgba.tif"}) {
    CAPTURE(name);
    const auto whole = read_file(golden_image("decode/" + name));
    int errors = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const int flips : {0xFF, 0x01, 0x80}) {
        auto bytes = whole;
        bytes[at] = static_cast<uint8_t>(bytes[at] ^ flips);
        try {
          decode_image(bytes, name);
        } catch (const Error&) {
          ++errors;
        }
      }
    }
    CHECK(errors > 0);
  }
}
