#include "loaders/weights/hdf5_preprocessing.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

[[noreturn]] void fail(const Hdf5File& file, const char* name, const char* expected) {
  throw Error(fmt::format("{}: the attribute '{}' of the root is no {}, as was expected", file.name(), name,
                          expected));
}

/// Empty where there is no such attribute.
std::vector<double> numbers(const Hdf5File& file, const char* name) {
  if (!file.has_attribute("", name)) return {};
  std::vector<double> values = file.numbers_attribute("", name);
  const bool finite = std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  if (!finite || (values.size() != 1 && values.size() != 3)) fail(file, name, "finite number or list of 3");
  return values;
}

void check_positive(const Hdf5File& file, const char* name, const std::vector<double>& values) {
  if (std::any_of(values.begin(), values.end(), [](double v) { return v <= 0; }))
    fail(file, name, "number above 0");
}

}  // namespace

PreprocessingTraits read_preprocessing(const Hdf5File& file) {
  PreprocessingTraits traits;
  const std::vector<double> scale = numbers(file, "value_scale"), mean = numbers(file, "mean"),
                            std = numbers(file, "std");
  check_positive(file, "value_scale", scale);
  check_positive(file, "std", std);
  if (scale.size() > 1) fail(file, "value_scale", "single number");
  if (!scale.empty()) traits.value_scale = scale.front();
  traits.mean.assign(mean.begin(), mean.end());
  traits.std.assign(std.begin(), std.end());
  if (!file.has_attribute("", "channel_order")) return traits;
  const std::string order = file.string_attribute("", "channel_order");
  if (order != "rgb" && order != "bgr") fail(file, "channel_order", "'rgb' or 'bgr'");
  traits.bgr = order == "bgr";
  return traits;
}

}  // namespace dpac
