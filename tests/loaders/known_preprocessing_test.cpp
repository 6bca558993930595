#include "loaders/pixels/known_preprocessing.h"

#include <doctest/doctest.h>

using namespace dpac;

namespace {

const PreprocessingTraits kAll = {.value_scale = 0.5,
                                  .mean = {1, 2, 3},
                                  .std = {4},
                                  .bgr = true,
                                  .resize = 300,
                                  .crop = 280,
                                  .interpolation = "bicubic"};

}  // namespace

TEST_CASE("what is known takes the place of a preset, and nothing else does") {
  const Preprocessing guess = preset("torchvision", true), how = with_known(guess, kAll, true);
  CHECK(how.value_scale == 0.5);
  CHECK(how.mean == std::array<float, 3>{1, 2, 3});
  CHECK(how.std == std::array<float, 3>{4, 4, 4});
  CHECK(how.bgr);
  CHECK(how.resize == 300);
  CHECK(how.crop == 280);
  CHECK(how.interpolation == Interpolation::bicubic);
  const Preprocessing one = with_known(guess, {.mean = {0.5f}}, true);
  CHECK(one.mean == std::array<float, 3>{0.5f, 0.5f, 0.5f});
  CHECK(one.std == guess.std);
  CHECK(one.value_scale == guess.value_scale);
  CHECK(one.resize == guess.resize);
  CHECK_FALSE(one.bgr);
}

TEST_CASE("sizes that are known are for image files alone") {
  const Preprocessing arrays = with_known(preset("torchvision", false), kAll, false);
  CHECK(arrays.resize == 0);
  CHECK(arrays.crop == 0);
  CHECK(arrays.interpolation == Interpolation::bilinear);
  CHECK(arrays.value_scale == 0.5);
}

TEST_CASE("which quantities are known is said, and whether they are all") {
  CHECK(known_quantities({}, true) == "");
  CHECK(known_quantities(kAll, true) == "resize, interpolation, crop, value scale, mean, std, channel order");
  CHECK(known_quantities(kAll, false) == "value scale, mean, std, channel order");
  CHECK(is_complete(kAll, true));
  const PreprocessingTraits numbers = {.value_scale = 1, .mean = {0}, .std = {1}};
  CHECK(is_complete(numbers, false));
  CHECK_FALSE(is_complete(numbers, true));
  CHECK_FALSE(is_complete({.value_scale = 1, .mean = {0}}, false));
}
