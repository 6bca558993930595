#include "loaders/pixels/preprocess_report.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "loaders/pixels/resize.h"

namespace dpac {
namespace {

constexpr double kLargestPixel = 255;
constexpr int kMostEnlargement = 2;

/// 1/255 where that is the very number.
std::string scale_text(double scale) {
  const double inverse = std::round(1 / scale);
  const bool exact = scale > 0 && scale < 1 && inverse <= 1e6 && 1 / inverse == scale;
  return exact ? fmt::format("1/{:.0f}", inverse) : fmt::format("{}", scale);
}

std::string joined(std::span<const float> values) {
  return fmt::format("{}", fmt::join(values, " "));
}

float largest_magnitude(std::span<const float> values) {
  return *std::max_element(values.begin(), values.end(),
                           [](float a, float b) { return std::abs(a) < std::abs(b); });
}

/// Means and deviations of values 0 ... 1 lie in there, those of values 0 ... 255 above it.
bool is_of_unit_values(float value) {
  return std::abs(value) <= 1;
}

std::string range_warning(const Preprocessing& how, std::size_t channels) {
  const auto mean = std::span(how.mean).first(channels);
  const auto std = std::span(how.std).first(channels);
  const double brightest = kLargestPixel * how.value_scale;
  const bool normalises = largest_magnitude(mean) != 0 || largest_magnitude(std) != 1;
  if (!normalises) return "";
  const bool for_unit_values =
      is_of_unit_values(largest_magnitude(mean)) && is_of_unit_values(largest_magnitude(std));
  const std::string numbers = fmt::format("mean {} and std {}", joined(mean), joined(std));
  if (for_unit_values && brightest > 2) {
    return fmt::format(
        "{} look like those of values from 0 to 1, but with value scale {} the values go from 0 to {:g}; "
        "--value-scale 0.00392156862745098 (1/255) makes them 0 to 1",
        numbers, scale_text(how.value_scale), brightest);
  }
  if (!for_unit_values && brightest <= 1) {
    return fmt::format(
        "{} look like those of values from 0 to 255, but with value scale {} the values go from 0 to {:g}; "
        "--value-scale 1 leaves them 0 to 255",
        numbers, scale_text(how.value_scale), brightest);
  }
  return "";
}

std::string enlargement_warning(const Preprocessing& how, ImageSize size) {
  if (how.resize == 0) return "";
  const ImageSize resized = short_side_size(size, how.resize);
  const int shorter = std::min(size.height, size.width);
  if (how.resize <= kMostEnlargement * shorter) return "";
  const std::string crop = how.crop == 0 ? "" : fmt::format(" and cut to {0} x {0}", how.crop);
  return fmt::format(
      "images of {} x {} pixels are enlarged to {} x {}{}; that is right only for a network trained on "
      "images enlarged like that (--resize R and --crop C, 0 for none)",
      size.width, size.height, resized.width, resized.height, crop);
}

}  // namespace

std::string to_sentence(const Preprocessing& how) {
  const std::string resize =
      how.resize == 0 ? "no resize" : fmt::format("resize {} {}", how.resize, to_string(how.interpolation));
  const std::string crop = how.crop == 0 ? "no crop" : fmt::format("crop {}", how.crop);
  return fmt::format("{}, {}, value scale {}, mean {}, std {}, {}", resize, crop, scale_text(how.value_scale),
                     joined(how.mean), joined(how.std), how.bgr ? "bgr" : "rgb");
}

std::vector<std::string> preprocessing_warnings(const Preprocessing& how, ImageSize size, int channels) {
  std::vector<std::string> warnings = {range_warning(how, static_cast<std::size_t>(channels)),
                                       enlargement_warning(how, size)};
  std::erase(warnings, "");
  return warnings;
}

}  // namespace dpac
