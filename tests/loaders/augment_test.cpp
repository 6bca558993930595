#include "loaders/pixels/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/error.h"
#include "loaders/pixels/resize.h"
#include "tests/support/images.h"
#include "tests/support/stats.h"

using namespace dpac;
using namespace dpac::test;

namespace {

/// RandomResizedCrop.get_params() of torchvision, as its documentation and source state it, on our words.
Window expected_window(ImageSize size, SplitMix64 random) {
  const double height = size.height;
  const double width = size.width;
  const double low = std::log(3.0 / 4);
  const double high = std::log(4.0 / 3);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double target_area = height * width * random.uniform(0.08, 1);
    const double aspect_ratio = std::exp(random.uniform(low, high));
    const double w = std::nearbyint(std::sqrt(target_area * aspect_ratio));
    const double h = std::nearbyint(std::sqrt(target_area / aspect_ratio));
    if (0 < w && w <= width && 0 < h && h <= height) {
      const auto i = static_cast<int>(random.next() % static_cast<uint64_t>(height - h + 1));
      const auto j = static_cast<int>(random.next() % static_cast<uint64_t>(width - w + 1));
      return {i, j, static_cast<int>(h), static_cast<int>(w)};
    }
  }
  double w = width;
  double h = height;
  if (width / height < 3.0 / 4) h = std::nearbyint(w / (3.0 / 4));
  if (width / height > 4.0 / 3) w = std::nearbyint(h * (4.0 / 3));
  return {static_cast<int>((height - h) / 2), static_cast<int>((width - w) / 2), static_cast<int>(h),
          static_cast<int>(w)};
}

/// Means over the windows of a large square image: those of area and log ratio that fit, by the midpoint
/// rule. Ten misses in a row have a probability of 1e-9.
struct WindowMeans {
  double area = 0;
  double squared_log_ratio = 0;
};

WindowMeans expected_means() {
  constexpr int kSteps = 1000;
  const double limit = std::log(4.0 / 3);
  WindowMeans sums;
  double count = 0;
  for (int a = 0; a < kSteps; ++a) {
    for (int r = 0; r < kSteps; ++r) {
      const double area = 0.08 + 0.92 * (a + 0.5) / kSteps;
      const double log_ratio = limit * (2 * (r + 0.5) / kSteps - 1);
      if (area * std::exp(std::abs(log_ratio)) > 1) continue;
      sums.area += area;
      sums.squared_log_ratio += log_ratio * log_ratio;
      ++count;
    }
  }
  return {sums.area / count, sums.squared_log_ratio / count};
}

/// Its mirror image, pixel by pixel.
Image mirrored(const Image& image) {
  Image out = image;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int c = 0; c < image.channels; ++c) {
        const auto at = [&](int column) {
          return static_cast<std::size_t>((y * image.width + column) * image.channels + c);
        };
        out.pixels[at(x)] = image.pixels[at(image.width - 1 - x)];
      }
    }
  }
  return out;
}

/// Its pixels as the key of a map.
std::string as_text(const Image& image) {
  return {image.pixels.begin(), image.pixels.end()};
}

}  // namespace

TEST_CASE("windows are torchvision's for the same random words, fallback included") {
  for (const ImageSize size :
       std::vector<ImageSize>{{375, 500}, {500, 375}, {32, 32}, {224, 300}, {1, 1}, {2, 3}}) {
    for (uint64_t seed = 0; seed < 500; ++seed) {
      SplitMix64 random(seed);
      CHECK(random_resized_window(size, random) == expected_window(size, SplitMix64(seed)));
    }
  }
  for (int height = 1; height < 60; ++height) {
    for (int width = 1; width < 60; ++width) {
      SplitMix64 random(7);
      CHECK(random_resized_window({height, width}, random) ==
            expected_window({height, width}, SplitMix64(7)));
    }
  }
}

TEST_CASE("too long an image gives its centre, of the nearest ratio allowed") {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SplitMix64 random(seed);
    CHECK(random_resized_window({10, 1000}, random) == Window{0, 493, 10, 13});
    CHECK(random_resized_window({1001, 10}, random) == Window{494, 0, 13, 10});
  }
}

TEST_CASE("area and ratio stay in their bounds and have their distribution") {
  constexpr int kSide = 1000;
  constexpr int kWindows = 40000;
  const double rounding = 0.5 / std::sqrt(0.08 * kSide * kSide * 3 / 4);  // Of a side, at most, relative.
  WindowMeans sums;
  double top = 0;
  double left = 0;
  SplitMix64 random(11);
  for (int i = 0; i < kWindows; ++i) {
    const Window w = random_resized_window({kSide, kSide}, random);
    const double area = static_cast<double>(w.height) * w.width / (kSide * kSide);
    const double ratio = static_cast<double>(w.width) / w.height;
    REQUIRE(area > 0.08 * (1 - 3 * rounding));
    REQUIRE(area <= 1);
    REQUIRE(std::abs(std::log(ratio)) < std::log(4.0 / 3) + 3 * rounding);
    sums.area += area / kWindows;
    sums.squared_log_ratio += std::log(ratio) * std::log(ratio) / kWindows;
    top += (w.top - (kSide - w.height) / 2.0) / kWindows;
    left += (w.left - (kSide - w.width) / 2.0) / kWindows;
  }
  // Five standard errors; an area has at most the standard deviation of a uniform one, 0.92 / sqrt(12), a
  // squared logarithm less than its largest value, a corner less than that of a uniform one, 1000 / sqrt(12).
  const double five = 5 / std::sqrt(static_cast<double>(kWindows));
  const WindowMeans expected = expected_means();
  CHECK(std::abs(sums.area - expected.area) < five * 0.92 / std::sqrt(12.0));
  CHECK(std::abs(sums.squared_log_ratio - expected.squared_log_ratio) <
        five * std::pow(std::log(4.0 / 3), 2) / 2);
  CHECK(std::abs(top) < five * kSide / std::sqrt(12.0));
  CHECK(std::abs(left) < five * kSide / std::sqrt(12.0));
}

TEST_CASE("a resized crop is the window, resized, and perhaps flipped") {
  const Image image = made_up_image(30, 41, 3);
  const Preprocessing how{.resize = 20, .crop = 16, .interpolation = Interpolation::bicubic};
  int flips = 0;
  for (uint64_t draw = 0; draw < 50; ++draw) {
    SplitMix64 random(seed_of(4, draw));
    const Image part = cut_out(image, expected_window(image.size(), random));
    const Image expected = resize_image(part, {16, 16}, how.interpolation);
    const Image found = random_resize_and_crop(image, how, Augmentation::resized_crop, {4, draw});
    const bool flipped = differing_bytes(found, mirrored(expected)) == 0;
    CHECK((flipped || differing_bytes(found, expected) == 0));
    flips += flipped ? 1 : 0;
  }
  CHECK(flips > 0);
  CHECK(flips < 50);
}

TEST_CASE("where the window is the whole image, the network gets what preprocess() gives") {
  const Image image = made_up_image(3, 3, 3);
  Preprocessing how = preset("keras-caffe", true);
  how.resize = how.crop = 5;
  std::vector<float> expected(75);
  preprocess(image, how, 3, expected);
  int equal = 0;
  for (uint64_t draw = 0; draw < 200; ++draw) {
    std::vector<float> found(75);
    normalise(random_resize_and_crop(image, how, Augmentation::resized_crop, {1, draw}), how, 3, found);
    equal += found == expected ? 1 : 0;
  }
  // Both sides round to 3 pixels in 21 % of the windows, and half of those are not flipped: 21 of 200.
  CHECK(equal > 2);
}

TEST_CASE("without resize and crop a resized crop has the image's own size") {
  const Image image = made_up_image(9, 12, 1);
  CHECK(random_resize_and_crop(image, {}, Augmentation::resized_crop, {}).size() == image.size());
}

TEST_CASE("a shifted crop moves the image over zeros, every way equally often") {
  const Image image = made_up_image(12, 10, 3);
  std::map<std::string, std::size_t> variants;
  for (int down = -4; down <= 4; ++down) {
    for (int right = -4; right <= 4; ++right) {
      const Image moved = cut_out(image, {down, right, 12, 10});
      variants.emplace(as_text(moved), variants.size());
      variants.emplace(as_text(mirrored(moved)), variants.size());
    }
  }
  REQUIRE(variants.size() == 162);
  std::vector<long> counts(162);
  for (uint64_t draw = 0; draw < 16200; ++draw) {
    const Image found = random_resize_and_crop(image, {}, Augmentation::shifted_crop, {2, draw});
    ++counts[variants.at(as_text(found))];
  }
  CHECK(chi_square_deviation(counts) < 5);
}

TEST_CASE("a shifted crop moves what preprocess() crops, and zeros follow it") {
  Image image{20, 20, 1, {}};
  image.pixels.assign(400, 200);
  const Preprocessing how{.resize = 12, .crop = 9};
  std::array<int, 5> borders{};  // How often so many rows at the top are zeros.
  for (uint64_t draw = 0; draw < 200; ++draw) {
    const Image found = random_resize_and_crop(image, how, Augmentation::shifted_crop, {0, draw});
    REQUIRE(found.size() == ImageSize{9, 9});
    REQUIRE(found.pixels[4 * 9 + 4] == 200);  // Where every shift leaves the image.
    int zeros = 0;
    while (found.pixels[static_cast<std::size_t>(9 * zeros + 4)] == 0) ++zeros;
    ++borders.at(static_cast<std::size_t>(zeros));
  }
  for (const int count : borders) CHECK(count > 0);
}

TEST_CASE("half of the images are flipped") {
  Image ramp{32, 32, 1, {}};
  for (int i = 0; i < 32 * 32; ++i) ramp.pixels.push_back(static_cast<uint8_t>(8 * (i % 32)));
  constexpr int kDraws = 5000;
  int flips = 0;
  for (uint64_t draw = 0; draw < kDraws; ++draw) {
    const Image found = random_resize_and_crop(ramp, {}, Augmentation::resized_crop, {3, draw});
    REQUIRE(found.pixels[0] != found.pixels[31]);
    flips += found.pixels[0] > found.pixels[31] ? 1 : 0;
  }
  const double deviations = (flips - kDraws / 2.0) / std::sqrt(kDraws / 4.0);
  CHECK(std::abs(deviations) < 4);  // By chance once in 16,000 seeds.
}

TEST_CASE("choices depend on seed and draw alone") {
  const Image image = made_up_image(40, 40, 3);
  const auto variant = [&image](uint64_t seed, uint64_t draw) {
    return random_resize_and_crop(image, {}, Augmentation::resized_crop, {seed, draw}).pixels;
  };
  CHECK(variant(1, 2) == variant(1, 2));
  CHECK(variant(1, 2) != variant(1, 3));
  CHECK(variant(1, 2) != variant(2, 2));
  CHECK(variant(1, 2) != variant(2, 1));
}

TEST_CASE("without augmentation nothing is random") {
  const Image image = made_up_image(30, 41, 3);
  const Preprocessing how{.resize = 20, .crop = 16};
  for (uint64_t draw = 0; draw < 5; ++draw) {
    const Image found = random_resize_and_crop(image, how, Augmentation::none, {1, draw});
    CHECK(differing_bytes(found, resize_and_crop(image, how)) == 0);
  }
}

TEST_CASE("presets have their augmentation") {
  CHECK(preset_augmentation("torchvision") == Augmentation::resized_crop);
  CHECK(preset_augmentation("keras-caffe") == Augmentation::resized_crop);
  CHECK(preset_augmentation("cifar") == Augmentation::shifted_crop);
  CHECK(preset_augmentation("plain") == Augmentation::none);
  CHECK_THROWS_WITH_AS(preset_augmentation("vgg"),
                       "preset 'vgg': expected torchvision, keras-caffe, cifar or plain", Error);
}
