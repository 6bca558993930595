#include "loaders/pixels/preprocess.h"

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/error.h"
#include "loaders/pixels/decode_image.h"
#include "loaders/read_file.h"
#include "tests/support/images.h"

using namespace dpac;
using namespace dpac::test;

namespace {

std::vector<float> preprocessed(const Image& image, const Preprocessing& how, int channels) {
  const ImageSize size = output_size(image.size(), how);
  std::vector<float> out(static_cast<std::size_t>(size.height * size.width * channels), std::nanf(""));
  preprocess(image, how, channels, out);
  return out;
}

/// Pixels of a plain preprocessing, back from planes of floats.
Image as_image(const std::vector<float>& planes, ImageSize size) {
  Image image{size.height, size.width, 3, {}};
  const std::size_t plane = planes.size() / 3;
  for (std::size_t p = 0; p < plane; ++p) {
    for (std::size_t c = 0; c < 3; ++c) image.pixels.push_back(static_cast<uint8_t>(planes[c * plane + p]));
  }
  return image;
}

/// One row of all 256 values.
Image ramp() {
  Image image{1, 256, 1, {}};
  for (int value = 0; value < 256; ++value) image.pixels.push_back(static_cast<uint8_t>(value));
  return image;
}

}  // namespace

TEST_CASE("resize and crop give the pixels of torchvision's transforms") {
  const auto file = golden_image("resize/source.png");
  const Image source = decode_image(read_file(file), file.string());
  struct Case {
    int resize, crop;
  };
  for (const Case c : std::vector<Case>{
           {24, 16}, {25, 18}, {0, 31}, {0, 40}, {0, 55}, {24, 40}, {70, 0}, {33, 33}, {30, 35}}) {
    CAPTURE(c.resize);
    CAPTURE(c.crop);
    const Preprocessing how{.resize = c.resize, .crop = c.crop};
    const Image expected = read_ppm(
        golden_image("preprocess/" + std::to_string(c.resize) + "_" + std::to_string(c.crop) + ".ppm"));
    const Image found = as_image(preprocessed(source, how, 3), output_size(source.size(), how));
    CHECK(differing_bytes(found, expected) == 0);
  }
}

TEST_CASE("the interpolation asked for is that of the resize") {
  const auto file = golden_image("resize/source.png");
  const Image source = decode_image(read_file(file), file.string());
  const Preprocessing how{.resize = 33, .crop = 28, .interpolation = Interpolation::bicubic};
  const Image found = as_image(preprocessed(source, how, 3), output_size(source.size(), how));
  CHECK(differing_bytes(found, read_ppm(golden_image("preprocess/bicubic_33_28.ppm"))) == 0);
}

TEST_CASE("timm's crop_pct: the resize is floor(crop / crop_pct)") {
  CHECK(resize_for_crop(224, 0.875) == 256);
  CHECK(resize_for_crop(224, 0.95) == 235);  // 235.79
  CHECK(resize_for_crop(288, 1.0) == 288);
  CHECK(resize_for_crop(224, 0.9) == 248);  // 248.89
  for (const double crop_pct : {0.0, -1.0, 1.5, std::nan("")}) {
    CHECK_THROWS_WITH_AS(resize_for_crop(224, crop_pct),
                         doctest::Contains("expected a crop_pct above 0 and at most 1, found "), Error);
  }
  CHECK_THROWS_WITH_AS(resize_for_crop(224, 1e-12), doctest::Contains("asks for images of"), Error);
}

TEST_CASE("normalising has the bits of (x / 255 - mean) / std in float32") {
  const Preprocessing how = preset("cifar", true);
  const auto found = preprocessed(ramp(), how, 3);
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t value = 0; value < 256; ++value) {
      const float unit = static_cast<float>(value) / 255.0f;
      const float centred = unit - how.mean[c];
      CHECK(found[c * 256 + value] == centred / how.std[c]);
    }
  }
}

TEST_CASE("the mean's order is the channels' order, also for BGR") {
  const Image pixel{1, 1, 3, {10, 20, 30}};
  Preprocessing how{.mean = {1, 2, 3}, .std = {1, 1, 2}};
  CHECK(preprocessed(pixel, how, 3) == std::vector<float>{9, 18, 13.5f});
  how.bgr = true;
  CHECK(preprocessed(pixel, how, 3) == std::vector<float>{29, 18, 3.5f});
}

TEST_CASE("padding is a pixel of value 0, normalised") {
  const Image pixel{1, 1, 1, {7}};
  const Preprocessing how{.crop = 3, .mean = {2, 2, 2}};
  CHECK(preprocessed(pixel, how, 1) == std::vector<float>{-2, -2, -2, -2, 5, -2, -2, -2, -2});
}

TEST_CASE("grey is replicated where colour is wanted; colour is refused where grey is") {
  const Preprocessing how{.mean = {0, 1, 2}};
  CHECK(preprocessed({1, 2, 1, {5, 6}}, how, 3) == std::vector<float>{5, 6, 4, 5, 3, 4});
  CHECK(preprocessed({1, 2, 1, {5, 6}}, how, 1) == std::vector<float>{5, 6});
  std::vector<float> one(1);
  CHECK_THROWS_WITH_AS(preprocess({1, 1, 3, {1, 2, 3}}, how, 1, one),
                       "the network takes 1 channel, the image has 3", Error);
}

TEST_CASE("room of another size is refused") {
  std::vector<float> five(5);
  CHECK_THROWS_WITH_AS(preprocess({1, 2, 1, {5, 6}}, {}, 3, five),
                       "expected room for 3 x 1 x 2 values, found 5", Error);
}

TEST_CASE("presets") {
  const Preprocessing torchvision = preset("torchvision", true);
  CHECK(torchvision.resize == 256);
  CHECK(torchvision.crop == 224);
  CHECK(torchvision.mean[2] == 0.406f);
  CHECK(torchvision.std[0] == 0.229f);
  CHECK_FALSE(torchvision.bgr);
  const Preprocessing caffe = preset("keras-caffe", true);
  CHECK(caffe.bgr);
  CHECK(caffe.value_scale == 1.0);
  CHECK(caffe.mean[0] == 103.939f);
  CHECK(preset("cifar", true).resize == 0);
  CHECK(preset("cifar", true).mean[0] == 0.485f);
  CHECK(preset("plain", true).value_scale == 1.0);
}

TEST_CASE("a preset's resize and crop are for image files only") {
  for (const char* name : {"torchvision", "keras-caffe"}) {
    CHECK(preset(name, false).resize == 0);
    CHECK(preset(name, false).crop == 0);
    CHECK(preset(name, false).mean == preset(name, true).mean);
  }
}

TEST_CASE("an unknown preset is refused with the known ones") {
  CHECK_THROWS_WITH_AS(preset("vgg", true), "preset 'vgg': expected torchvision, keras-caffe, cifar or plain",
                       Error);
}
