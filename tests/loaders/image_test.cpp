#include "loaders/pixels/image.h"

#include <vector>

#include <doctest/doctest.h>

#include "tests/support/images.h"

using namespace dpac;
using namespace dpac::test;

namespace {

/// 0 outside the image.
int pixel(const Image& image, int y, int x, int c) {
  if (y < 0 || y >= image.height || x < 0 || x >= image.width) return 0;
  return image.pixels[static_cast<std::size_t>((y * image.width + x) * image.channels + c)];
}

}  // namespace

TEST_CASE("a window is cut out of an image, with zeros beyond it") {
  for (const int channels : {1, 3}) {
    const Image image = made_up_image(4, 5, channels);
    for (const Window window : std::vector<Window>{{0, 0, 4, 5},
                                                   {1, 2, 3, 2},
                                                   {-2, -1, 8, 9},
                                                   {-3, 1, 4, 2},
                                                   {2, 3, 5, 6},
                                                   {-1, 4, 2, 1},
                                                   {-4, 0, 4, 5},
                                                   {4, 0, 2, 2},
                                                   {0, -7, 3, 4},
                                                   {1, 9, 2, 2},
                                                   {-9, 9, 2, 2}}) {
      CAPTURE(channels);
      CAPTURE(window.top);
      CAPTURE(window.left);
      const Image found = cut_out(image, window);
      REQUIRE(found.size() == ImageSize{window.height, window.width});
      REQUIRE(found.channels == channels);
      REQUIRE(found.pixels.size() == static_cast<std::size_t>(window.height * window.width * channels));
      for (int y = 0; y < window.height; ++y) {
        for (int x = 0; x < window.width * channels; ++x) {
          const int c = x % channels;
          CHECK(pixel(found, y, x / channels, c) ==
                pixel(image, y + window.top, x / channels + window.left, c));
        }
      }
    }
  }
}

TEST_CASE("a flip swaps left and right, pixel by pixel") {
  Image colour{2, 3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19}};
  flip_horizontally(colour);
  CHECK(colour.pixels == std::vector<uint8_t>{7, 8, 9, 4, 5, 6, 1, 2, 3, 17, 18, 19, 14, 15, 16, 11, 12, 13});
  Image grey{1, 4, 1, {1, 2, 3, 4}};
  flip_horizontally(grey);
  CHECK(grey.pixels == std::vector<uint8_t>{4, 3, 2, 1});
}
