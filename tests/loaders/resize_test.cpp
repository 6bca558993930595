#include "loaders/pixels/resize.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/error.h"
#include "loaders/pixels/decode_image.h"
#include "loaders/read_file.h"
#include "tests/support/images.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr std::array kInterpolations = {Interpolation::bilinear, Interpolation::bicubic};

Image source() {
  const auto file = golden_image("resize/source.png");
  return decode_image(read_file(file), file.string());
}

/// The part of a whole image, copied pixel by pixel.
Image cut(const Image& image, const Window& window) {
  Image out{window.height, window.width, image.channels, {}};
  for (int y = window.top; y < window.top + window.height; ++y) {
    const auto row = image.pixels.begin() + (y * image.width + window.left) * image.channels;
    out.pixels.insert(out.pixels.end(), row, row + window.width * image.channels);
  }
  return out;
}

}  // namespace

TEST_CASE("resizing has Pillow's pixels, down, up, along one axis and to one pixel") {
  for (const ImageSize size :
       std::vector<ImageSize>{{17, 23}, {20, 61}, {47, 20}, {96, 128}, {11, 64}, {1, 1}, {90, 3}, {46, 60}}) {
    const std::string name = std::to_string(size.width) + "x" + std::to_string(size.height) + ".ppm";
    CAPTURE(name);
    CHECK(differing_bytes(resize_image(source(), size, Interpolation::bilinear),
                          read_ppm(golden_image("resize/" + name))) == 0);
    CHECK(differing_bytes(resize_image(source(), size, Interpolation::bicubic),
                          read_ppm(golden_image("resize/bicubic_" + name))) == 0);
  }
}

TEST_CASE("the same size gives the same pixels") {
  const Image image = source();
  for (const Interpolation how : kInterpolations) {
    CHECK(differing_bytes(resize_image(image, image.size(), how), image) == 0);
  }
}

TEST_CASE("one grey channel is resized like each of three") {
  for (const int width : {1, 2, 5, 16, 17, 100}) {
    const Image grey = made_up_image(13, width, 1);
    for (const ImageSize size : std::vector<ImageSize>{{7, 9}, {30, 40}}) {
      for (const Interpolation how : kInterpolations) {
        CAPTURE(width);
        CHECK(differing_bytes(as_rgb(resize_image(grey, size, how)), resize_image(as_rgb(grey), size, how)) ==
              0);
      }
    }
  }
}

TEST_CASE("a window holds the pixels of the whole") {
  const Image image = made_up_image(50, 70, 3);
  for (const ImageSize size : std::vector<ImageSize>{{31, 43}, {50, 70}, {120, 90}}) {
    for (const Interpolation how : kInterpolations) {
      const Image whole = resize_image(image, size, how);
      for (const Window window : std::vector<Window>{{0, 0, 1, 1},
                                                     {3, 5, 20, 30},
                                                     {size.height - 1, size.width - 1, 1, 1},
                                                     {0, size.width - 7, size.height, 7}}) {
        CAPTURE(window.top);
        CAPTURE(window.left);
        CHECK(differing_bytes(resize_image(image, size, how, window), cut(whole, window)) == 0);
      }
    }
  }
}

TEST_CASE("extremes: white stays white at every scale, however many taps") {
  for (const int side : {1, 2, 63, 1000, 30000}) {
    const Image white{1, side, 1, std::vector<uint8_t>(static_cast<std::size_t>(side), 255)};
    for (const int width : {1, 2, 7, 64}) {
      for (const Interpolation how : kInterpolations) {
        CAPTURE(side);
        CAPTURE(width);
        CHECK(resize_image(white, {1, width}, how).pixels ==
              std::vector<uint8_t>(static_cast<std::size_t>(width), 255));
      }
    }
  }
}

TEST_CASE("bicubic overshoots at an edge, within the range of bytes, and bilinear does not") {
  const Image edge{1, 6, 1, {60, 60, 60, 190, 190, 190}};
  const Image hard{1, 6, 1, {0, 0, 0, 255, 255, 255}};
  const auto extremes = [](const Image& image, Interpolation how) {
    const Image resized = resize_image(image, {1, 24}, how);
    const auto [low, high] = std::minmax_element(resized.pixels.begin(), resized.pixels.end());
    return std::pair<int, int>{*low, *high};
  };
  CHECK(extremes(edge, Interpolation::bilinear) == std::pair{60, 190});
  CHECK(extremes(edge, Interpolation::bicubic).first < 60);
  CHECK(extremes(edge, Interpolation::bicubic).second > 190);
  CHECK(extremes(hard, Interpolation::bicubic) == std::pair{0, 255});
}

TEST_CASE("interpolations by name") {
  for (const Interpolation how : kInterpolations) CHECK(interpolation_of(to_string(how)) == how);
  CHECK_THROWS_WITH_AS(interpolation_of("lanczos"), "interpolation 'lanczos': expected bilinear or bicubic",
                       Error);
}

TEST_CASE("the longer side is truncated, as in torchvision") {
  CHECK(short_side_size({375, 500}, 256) == ImageSize{256, 341});  // 341.33
  CHECK(short_side_size({500, 333}, 256) == ImageSize{384, 256});  // 384.38
  CHECK(short_side_size({100, 199}, 50) == ImageSize{50, 99});     // 99.5
  CHECK(short_side_size({32, 32}, 64) == ImageSize{64, 64});
  CHECK(short_side_size({256, 300}, 256) == ImageSize{256, 300});
}

TEST_CASE("a resize that would explode is refused") {
  CHECK_THROWS_WITH_AS(
      short_side_size({1, 60000}, 256),
      "resizing 60000 x 1 pixels to a shorter side of 256 gives more than the 100000000 pixels allowed",
      Error);
}
