#include "study/settings/search_settings.h"

#include <fmt/format.h>

#include "engine/noise/noise_models.h"
#include "kernels/error.h"
#include "study/settings/setting_error.h"

namespace dpac {

void SearchSettings::check() const {
  if (bracket.empty() || (bracket.size() == 2 && bracket[0] < bracket[1])) return;
  throw SettingError("--bracket expects two energies, the lower one first, such as 5,500");
}

bool SearchSettings::learns() const {
  return kinds != std::vector<std::string>{"uniform"};
}

double SearchSettings::target(double full_precision_accuracy) const {
  if (target_accuracy) return *target_accuracy;
  const double loss = max_loss.value_or(kDefaultLoss);
  if (loss < full_precision_accuracy) return full_precision_accuracy - loss;
  throw Error(
      fmt::format("a loss of {:.2f} points may be all there is: the full-precision accuracy is {:.2f} %",
                  100 * loss, 100 * full_precision_accuracy));
}

Bracket SearchSettings::bracket_of(const std::string& kind, NoiseKind noise) const {
  if (!bracket.empty()) return {bracket[0], bracket[1]};
  const NoiseDefaults defaults = noise_traits(noise).defaults;
  if (kind == "uniform") return defaults.uniform;
  return kind == "layer" ? defaults.by_layer : defaults.by_channel;
}

}  // namespace dpac
