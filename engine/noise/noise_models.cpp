#include "engine/noise/noise_models.h"

#include <array>

namespace dpac {
namespace {

constexpr std::string_view kMultiple = "a multiple of the base energy";

constexpr auto kModels = std::to_array<NoiseModel>({
    {.kind = NoiseKind::none,
     .name = "none",
     .perturbs_outputs = false,
     .perturbs_weights = false,
     .needs_norms = false,
     .needs_ranges = false,
     .depends_on_length = false,
     .on_integers = true,
     .sigma = nullptr,
     .energy_unit = kMultiple,
     .bits = std::nullopt,
     .calibration = CalibrationMethod::ema,
     .lambda = 8,
     .uniform = {10, 1000},
     .by_layer = {10, 1000},
     .by_channel = {10, 1000}},
    {.kind = NoiseKind::shot,
     .name = "shot",
     .perturbs_outputs = true,
     .perturbs_weights = false,
     .needs_norms = true,
     .needs_ranges = false,
     .depends_on_length = true,
     .on_integers = false,
     .sigma = nullptr,
     .energy_unit = "photons per MAC",
     .bits = std::nullopt,
     .calibration = CalibrationMethod::ema,
     .lambda = 2,
     .uniform = {100, 1000},
     .by_layer = {10, 500},
     .by_channel = {5, 250}},
    {.kind = NoiseKind::thermal,
     .name = "thermal",
     .perturbs_outputs = true,
     .perturbs_weights = false,
     .needs_norms = false,
     .needs_ranges = true,
     .depends_on_length = true,
     .on_integers = true,
     .sigma = &NoiseConfig::sigma_thermal,
     .energy_unit = kMultiple,
     .bits = 8,
     .calibration = CalibrationMethod::percentile,
     .lambda = 8,
     .uniform = {10, 1000},
     .by_layer = {5, 500},
     .by_channel = {5, 500}},
    {.kind = NoiseKind::weight,
     .name = "weight",
     .perturbs_outputs = false,
     .perturbs_weights = true,
     .needs_norms = false,
     .needs_ranges = false,
     .depends_on_length = false,
     .on_integers = false,
     .sigma = &NoiseConfig::sigma_weight,
     .energy_unit = kMultiple,
     .bits = 8,
     .calibration = CalibrationMethod::ema,
     .lambda = 8,
     .uniform = {10, 1000},
     .by_layer = {10, 1000},
     .by_channel = {10, 1000}},
});

/// A kind is the index of its row.
constexpr bool in_order() {
  for (std::size_t i = 0; i < kModels.size(); ++i) {
    if (kModels[i].kind != static_cast<NoiseKind>(i)) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

const NoiseModel& noise_model(NoiseKind kind) {
  return kModels.at(static_cast<std::size_t>(kind));
}

std::span<const NoiseModel> noise_models() {
  return std::span(kModels).subspan(1);
}

}  // namespace dpac
