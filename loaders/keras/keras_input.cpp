#include "loaders/keras/keras_input.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

/// The value of a channel in a list of one value for all or one for each.
double value(const std::vector<double>& list, std::size_t channel) {
  return list.size() == 1 ? list.front() : list[channel];
}

}  // namespace

void KerasInput::rescale(double scale, double offset) {
  const bool unit = std_ == std::vector<double>{1};
  if (unit) value_scale_ *= scale;
  for (std::size_t c = 0; c < mean_.size(); ++c) {
    mean_[c] = unit ? mean_[c] * scale - offset
                    : mean_[c] - offset * value(std_, std::min(c, std_.size() - 1)) / scale;
  }
  if (unit) return;
  for (double& std : std_) std /= scale;
}

void KerasInput::normalise(const std::vector<double>& mean, const std::vector<double>& variance) {
  constexpr double kSmallest = 1e-7;  // keras.backend.epsilon().
  const std::size_t channels = std::max({mean_.size(), std_.size(), mean.size(), variance.size()});
  std::vector<double> new_mean(channels), new_std(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const auto at = [&](const std::vector<double>& list) {
      return value(list, std::min(c, list.size() - 1));
    };
    new_mean[c] = at(mean_) + at(mean) * at(std_);
    new_std[c] = at(std_) * std::max(std::sqrt(at(variance)), kSmallest);
  }
  mean_ = std::move(new_mean);
  std_ = std::move(new_std);
}

PreprocessingTraits KerasInput::traits(const std::string& where) const {
  const auto finite = [](double v) { return std::isfinite(v); };
  const bool valid = std::isfinite(value_scale_) && std::all_of(mean_.begin(), mean_.end(), finite) &&
                     std::all_of(std_.begin(), std_.end(), [&](double v) { return finite(v) && v > 0; });
  if (!valid)
    throw Error(fmt::format("{}: its Rescaling and Normalization layers do not make finite numbers", where));
  return {
      .value_scale = value_scale_, .mean = {mean_.begin(), mean_.end()}, .std = {std_.begin(), std_.end()}};
}

}  // namespace dpac
