// What Resize, Upsample and Expand refuse, by file, node, operation and reason. Their numbers against ONNX
// Runtime's are in onnx_test.cpp (resize.onnx, upsample.onnx, pyramid_*.onnx, gates_*.onnx).
#include <doctest/doctest.h>

#include "tests/support/onnx_nodes.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Integers = std::vector<int64_t>;
using Floats = std::vector<float>;

constexpr std::nullopt_t kNone = std::nullopt;

/// Of a node over the image.
std::string refusal(const std::string& op, const std::vector<OnnxGiven>& others,
                    const OnnxAttributes& attributes = {}) {
  return OnnxNodes().refusal(op, others, attributes);
}

std::string of_scales(Floats scales, const OnnxAttributes& attributes = {}) {
  return refusal("Resize", {kNone, floats(std::move(scales))}, attributes);
}

std::string of_sizes(Integers sizes, const OnnxAttributes& attributes = {}) {
  return refusal("Resize", {kNone, kNone, ints(std::move(sizes))}, attributes);
}

}  // namespace

TEST_CASE("a Resize of height and width is taken") {
  CHECK(of_scales({1, 1, 2, 2}) == "no error");
  CHECK(of_sizes({1, 3, 12, 4}) == "no error");
  CHECK(of_sizes({12, 4}, {{"axes", Integers{2, -1}}}) == "no error");
  CHECK(of_scales({1, 1, 2, 2}, {{"antialias", int64_t{1}}}) ==
        "no error");  // Antialiasing is for smaller maps.
}

TEST_CASE("a Resize that interpolates in another way is refused, with the ways that there are") {
  CHECK(of_scales({1, 1, 2, 2}, {{"mode", "cubic"}}) ==
        "interpolates by 'cubic': export the model with 'nearest' or 'linear'");
  CHECK(
      of_scales({1, 1, 2, 2}, {{"nearest_mode", "simple"}}) ==
      "has the nearest_mode 'simple', expected 'floor', 'ceil', 'round_prefer_floor' or 'round_prefer_ceil'");
  CHECK(of_scales({1, 1, 2, 2}, {{"coordinate_transformation_mode", "tf_crop_and_resize"}}) ==
        "has the coordinate_transformation_mode 'tf_crop_and_resize', which cannot be run: export the model "
        "with 'half_pixel', 'align_corners' or 'asymmetric'");
  CHECK(of_scales({1, 1, 0.5f, 2}, {{"antialias", int64_t{1}}, {"mode", "linear"}}) ==
        "is antialiased, which cannot be run: export the model with antialias = 0");
  CHECK(of_scales({1, 1, 2, 2}, {{"exclude_outside", int64_t{1}}}) ==
        "leaves out the pixels outside the map, which cannot be run: export the model with exclude_outside = "
        "0");
  CHECK(
      of_sizes({1, 3, 12, 12}, {{"keep_aspect_ratio_policy", "not_larger"}}) ==
      "has the keep_aspect_ratio_policy 'not_larger', which cannot be run: give both sizes, with 'stretch'");
}

TEST_CASE("a Resize along other axes than height and width is refused") {
  CHECK(of_scales({1, 2, 2, 2}) ==
        "resizes by the factors [1, 2, 2, 2], expected positive ones of height and width, and 1 of all other "
        "axes");
  CHECK(contains(of_scales({2, 1, 1, 1}), "resizes by the factors [2, 1, 1, 1], expected"));
  CHECK(contains(of_scales({1, 1, 0, 1}), "resizes by the factors [1, 1, 0, 1], expected"));
  CHECK(contains(of_scales({1, 1, -2, 1}), "resizes by the factors [1, 1, -2, 1], expected"));
  CHECK(of_sizes({1, 4, 6, 5}) ==
        "resizes 3 channels to the sizes [1, 4, 6, 5], expected other ones of height and width alone");
  CHECK(contains(of_sizes({2, 3, 6, 5}), "resizes 3 channels to the sizes [2, 3, 6, 5], expected"));
  CHECK(of_scales({2, 2}) ==
        "gives 2 sizes for the axes [0, 1, 2, 3], expected one for each of [0, 1, 2, 3]");
  CHECK(
      contains(of_sizes({2, 2}, {{"axes", Integers{2, 4}}}), "gives 2 sizes for the axes [2, 4], expected"));
  OnnxNodes flat;
  flat.add("Flatten");
  CHECK(flat.refusal("Resize", {kNone, floats({1, 1, 2, 2})}) ==
        "resizes what has no height and width: reshape it to [batch, channels, height, width] before");
}

TEST_CASE("a Resize to nothing, to too much, or to no size is refused") {
  CHECK(contains(of_scales({1, 1, 0.1f, 1}), "resizes to 0 rows by the factor 0.1"));
  CHECK(contains(of_sizes({1, 3, 0, 5}), "resizes to 0 rows by the factor 0"));
  CHECK(contains(of_sizes({1, 3, -1, 5}), "resizes to -1 rows"));
  CHECK(contains(of_sizes({1, 3, 6, int64_t{1} << 40}), "resizes to 1099511627776 columns"));
  CHECK(refusal("Resize", {kNone, kNone}) == "has neither scales nor sizes, expected one of them");
  CHECK(refusal("Resize", {kNone, ints({1, 1, 2, 2})}) ==
        "has integers as its input 2, expected floating-point numbers");
}

TEST_CASE("a Resize of opset 10 or an Upsample by single pixels says only how maps become larger") {
  CHECK(refusal("Upsample", {floats({1, 1, 2, 2})}) == "no error");
  for (const std::string op : {"Resize", "Upsample"}) {
    CAPTURE(op);
    CHECK(
        refusal(op, {floats({1, 1, 0.5f, 2})}) ==
        "makes a map smaller by single pixels, and opset 10 does not say by which: export the model in opset "
        "11 or later");
  }
  CHECK(refusal("Upsample", {}) == "lacks its input 1");
}

TEST_CASE("an Expand is refused unless it repeats what there is one of") {
  CHECK(refusal("Expand", {ints({1, 3, 6, 5})}) == "no error");
  CHECK(refusal("Expand", {ints({5})}) == "no error");
  CHECK(
      refusal("Expand", {ints({1, 3, 12, 5})}) ==
      "repeats a map of 3x6x5 (channels, height, width) to 3x12x5, which can be done only along axes of size "
      "1");
  CHECK(
      contains(refusal("Expand", {ints({1, 6, 6, 5})}), "repeats a map of 3x6x5 (channels, height, width)"));
  CHECK(refusal("Expand", {ints({4, 3, 6, 5})}) ==
        "repeats each image 4 times, and images can be run only one for one");
  CHECK(refusal("Expand", {ints({2, 1, 3, 6, 5})}) == "expands a map of 4 axes to 5: reshape it before");
  CHECK(refusal("Expand", {floats({1, 3, 6, 5})}) ==
        "has floating-point numbers as its input 1, expected integers");
  OnnxNodes pixel;
  pixel.add("GlobalAveragePool");
  CHECK(contains(pixel.refusal("Expand", {ints({1, 3, int64_t{1} << 40, 5})}),
                 "resizes to 1099511627776 rows"));
}
