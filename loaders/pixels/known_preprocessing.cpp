#include "loaders/pixels/known_preprocessing.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dpac {
namespace {

/// One value holds for all channels.
void set_channels(std::array<float, 3>& channels, const std::vector<float>& values) {
  for (std::size_t c = 0; c < channels.size() && !values.empty(); ++c) {
    channels[c] = values[values.size() == 1 ? 0 : c];
  }
}

}  // namespace

Preprocessing with_known(Preprocessing guess, const PreprocessingTraits& known, bool files) {
  guess.value_scale = known.value_scale.value_or(guess.value_scale);
  set_channels(guess.mean, known.mean);
  set_channels(guess.std, known.std);
  guess.bgr = known.bgr.value_or(guess.bgr);
  if (!files) return guess;
  guess.resize = known.resize.value_or(guess.resize);
  guess.crop = known.crop.value_or(guess.crop);
  if (!known.interpolation.empty()) guess.interpolation = interpolation_of(known.interpolation);
  return guess;
}

std::string known_quantities(const PreprocessingTraits& known, bool files) {
  std::vector<const char*> names;
  const auto add = [&](bool is_known, const char* name) {
    if (is_known) names.push_back(name);
  };
  add(files && known.resize, "resize");
  add(files && !known.interpolation.empty(), "interpolation");
  add(files && known.crop, "crop");
  add(known.value_scale.has_value(), "value scale");
  add(!known.mean.empty(), "mean");
  add(!known.std.empty(), "std");
  add(known.bgr.has_value(), "channel order");
  return fmt::format("{}", fmt::join(names, ", "));
}

bool is_complete(const PreprocessingTraits& known, bool files) {
  const bool numbers = known.value_scale && !known.mean.empty() && !known.std.empty();
  return numbers && (!files || (known.resize && known.crop));
}

}  // namespace dpac
