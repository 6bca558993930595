#include "loaders/pixels/preprocess_report.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/error.h"
#include "tests/support/messages.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr ImageSize kLarge = {500, 375};

std::vector<std::string> warnings(const Preprocessing& how, ImageSize size = kLarge, int channels = 3) {
  return preprocessing_warnings(how, size, channels);
}

}  // namespace

TEST_CASE("the numbers in force are one line") {
  CHECK(
      to_sentence(preset("torchvision", true)) ==
      "resize 256 bilinear, crop 224, value scale 1/255, mean 0.485 0.456 0.406, std 0.229 0.224 0.225, rgb");
  CHECK(to_sentence(preset("keras-caffe", false)) ==
        "no resize, no crop, value scale 1, mean 103.939 116.779 123.68, std 1 1 1, bgr");
  const Preprocessing other{
      .resize = 235, .crop = 224, .interpolation = Interpolation::bicubic, .value_scale = 0.0078};
  CHECK(to_sentence(other) == "resize 235 bicubic, crop 224, value scale 0.0078, mean 0 0 0, std 1 1 1, rgb");
}

TEST_CASE("scales print as they are") {
  for (const auto& [scale, text] : std::vector<std::pair<double, std::string>>{{1.0 / 255, "1/255"},
                                                                               {1.0 / 128, "1/128"},
                                                                               {0.00392, "0.00392"},
                                                                               {-1.0, "-1"},
                                                                               {1e-30, "1e-30"},
                                                                               {2, "2"}}) {
    CHECK(contains(to_sentence({.value_scale = scale}), "value scale " + text + ","));
  }
}

TEST_CASE("presets give no warning") {
  for (const char* name : {"torchvision", "keras-caffe", "cifar", "plain"}) {
    CAPTURE(name);
    CHECK(warnings(preset(name, true)).empty());
    CHECK(warnings(preset(name, false), {32, 32}).empty());
  }
}

TEST_CASE("mean and std of unit values with pixels up to 255") {
  Preprocessing how = preset("torchvision", true);
  how.value_scale = 1;
  REQUIRE(warnings(how).size() == 1);
  CHECK(warnings(how)[0] ==
        "mean 0.485 0.456 0.406 and std 0.229 0.224 0.225 look like those of values from 0 to 1, but with "
        "value scale 1 the values go from 0 to 255; --value-scale 0.00392156862745098 (1/255) makes them 0 "
        "to 1");
  CHECK(warnings({.mean = {0.5f, 0.5f, 0.5f}}).size() == 1);
  CHECK(warnings({.std = {0.25f, 0.25f, 0.25f}}).size() == 1);
  CHECK(warnings({}).empty());
}

TEST_CASE("mean and std of pixels with unit values") {
  const Preprocessing how{
      .mean = {123.675f, 116.28f, 103.53f}, .std = {58.4f, 57.1f, 57.4f}, .value_scale = 1.0 / 255};
  REQUIRE(warnings(how).size() == 1);
  CHECK(contains(warnings(how)[0],
                 "look like those of values from 0 to 255, but with value scale 1/255 the "
                 "values go from 0 to 1; --value-scale 1"));
  // From -1 to 1: neither.
  CHECK(warnings({.mean = {1, 1, 1}, .value_scale = 1 / 127.5}).empty());
}

TEST_CASE("a grey network's numbers are the first ones") {
  const Preprocessing how{.mean = {0.5f, 100, 100}, .value_scale = 1};
  CHECK(warnings(how, kLarge, 1).size() == 1);
  CHECK(warnings(how, kLarge, 3).empty());
}

TEST_CASE("small images blown up") {
  const auto found = warnings(preset("torchvision", true), {32, 32});
  REQUIRE(found.size() == 1);
  CHECK(found[0] ==
        "images of 32 x 32 pixels are enlarged to 256 x 256 and cut to 224 x 224; that is right only for a "
        "network trained on images enlarged like that (--resize R and --crop C, 0 for none)");
  CHECK(warnings({.resize = 64}, {32, 40}).empty());
  CHECK(contains(warnings({.resize = 65}, {32, 40}).at(0), "40 x 32 pixels are enlarged to 81 x 65; that"));
}
