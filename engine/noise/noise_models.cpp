#include "engine/noise/noise_models.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"

namespace dpac {
namespace {

constexpr std::string_view kMultiple = "a multiple of the base energy";

constexpr NoiseDefaults kUsual{.bits = std::nullopt,
                               .calibration = CalibrationMethod::ema,
                               .lambda = 8,
                               .uniform = {10, 1000},
                               .by_layer = {10, 1000},
                               .by_channel = {10, 1000}};

constexpr NoiseDefaults kOfStoredWeights{.bits = 8,
                                         .calibration = CalibrationMethod::ema,
                                         .lambda = 8,
                                         .uniform = {10, 1000},
                                         .by_layer = {10, 1000},
                                         .by_channel = {10, 1000}};

constexpr auto kModels =
    std::to_array<NoiseModel>(
        {
            {.kind = NoiseKind::shot,
             .name = "shot",
             .target = NoiseTarget::outputs_by_norms,
             .length_power = -0.5,
             .needs_ranges = false,
             .needs_outputs = false,
             .on_integers = true,
             .energy_unit = "photons per MAC",
             .constants =
                 [](const NoiseConfig&) {
                   return std::array{1.0, 0.0, 0.0};
                 },
             .sigmas = shot_sigmas,
             .defaults = {.bits = std::nullopt,
                          .calibration = CalibrationMethod::ema,
                          .lambda = 2,
                          .uniform = {100, 1000},
                          .by_layer = {10, 500},
                          .by_channel = {5, 250}}},
            {.kind = NoiseKind::thermal,
             .name = "thermal",
             .target = NoiseTarget::outputs,
             .length_power = 0.5,
             .needs_ranges = true,
             .needs_outputs = false,
             .on_integers = true,
             .energy_unit = kMultiple,
             .constants =
                 [](const NoiseConfig& config) {
                   return std::array{config.sigma_thermal, 0.0, 0.0};
                 },
             .sigmas = thermal_sigmas,
             .defaults = {.bits = 8,
                          .calibration = CalibrationMethod::percentile,
                          .lambda = 8,
                          .uniform = {10, 1000},
                          .by_layer = {5, 500},
                          .by_channel = {5, 500}}},
            {.kind = NoiseKind::output,
             .name = "output",
             .target = NoiseTarget::outputs,
             .length_power = 0,
             .needs_ranges = false,
             .needs_outputs = true,
             .on_integers = true,
             .energy_unit = kMultiple,
             .constants =
                 [](const NoiseConfig& config) {
                   return std::array{config.sigma_output, 0.0, 0.0};
                 },
             .sigmas = output_sigmas,
             .defaults = {.bits = 8,
                          .calibration = CalibrationMethod::ema,
                          .lambda = 8,
                          .uniform = {0.1, 100},
                          .by_layer = {0.05, 50},
                          .by_channel = {0.05, 50}}},
            {.kind = NoiseKind::weight,
             .name = "weight",
             .target = NoiseTarget::weights,
             .length_power = 0,
             .needs_ranges = false,
             .needs_outputs = false,
             .on_integers = false,
             .energy_unit = kMultiple,
             .constants =
                 [](const NoiseConfig& config) {
                   return std::array{config.sigma_weight, 0.0, 0.0};
                 },
             .sigmas = weight_sigmas,
             .defaults = kOfStoredWeights},
            {.kind = NoiseKind::programming,
             .name = "programming",
             .target = NoiseTarget::chip,
             .length_power = 0,
             .needs_ranges = false,
             .needs_outputs = false,
             .on_integers = false,
             .energy_unit = kMultiple,
             .constants = [](const NoiseConfig& config) { return config.programming; },
             .sigmas = programming_sigmas,
             .defaults = kOfStoredWeights},
        });

constexpr NoiseTraits kSilence{.perturbs_outputs = false,
                               .perturbs_weights = false,
                               .redraws_weights = false,
                               .needs_norms = false,
                               .needs_ranges = false,
                               .needs_outputs = false,
                               .depends_on_length = false,
                               .on_integers = true,
                               .energy_unit = kMultiple,
                               .defaults = kUsual};

constexpr NoiseTraits traits_of(const NoiseModel& model) {
  const bool by_norms = model.target == NoiseTarget::outputs_by_norms;
  const bool outputs = by_norms || model.target == NoiseTarget::outputs;
  return {.perturbs_outputs = outputs,
          .perturbs_weights = !outputs,
          .redraws_weights = model.target == NoiseTarget::weights,
          .needs_norms = by_norms,
          .needs_ranges = model.needs_ranges || model.needs_outputs,
          .needs_outputs = model.needs_outputs,
          .depends_on_length = model.length_power != 0,
          .on_integers = model.on_integers,
          .energy_unit = model.energy_unit,
          .defaults = model.defaults};
}

Bracket joined(const Bracket& a, const Bracket& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

std::optional<double> fewest(const std::optional<double>& a, const std::optional<double>& b) {
  return a && b ? std::min(*a, *b) : (a ? a : b);
}

NoiseDefaults joined(const NoiseDefaults& a, const NoiseDefaults& b) {
  return {.bits = fewest(a.bits, b.bits),
          .calibration = std::max(a.calibration, b.calibration),
          .lambda = std::max(a.lambda, b.lambda),
          .uniform = joined(a.uniform, b.uniform),
          .by_layer = joined(a.by_layer, b.by_layer),
          .by_channel = joined(a.by_channel, b.by_channel)};
}
static_assert(CalibrationMethod::ema < CalibrationMethod::percentile);

NoiseTraits joined(const NoiseTraits& a, const NoiseTraits& b) {
  return {.perturbs_outputs = a.perturbs_outputs || b.perturbs_outputs,
          .perturbs_weights = a.perturbs_weights || b.perturbs_weights,
          .redraws_weights = a.redraws_weights || b.redraws_weights,
          .needs_norms = a.needs_norms || b.needs_norms,
          .needs_ranges = a.needs_ranges || b.needs_ranges,
          .needs_outputs = a.needs_outputs || b.needs_outputs,
          .depends_on_length = a.depends_on_length || b.depends_on_length,
          .on_integers = a.on_integers && b.on_integers,
          .energy_unit = a.energy_unit,
          .defaults = joined(a.defaults, b.defaults)};
}

const NoiseModel* find_model(std::string_view name) {
  const auto* found = std::find_if(kModels.begin(), kModels.end(),
                                   [&](const NoiseModel& model) { return model.name == name; });
  return found == kModels.end() ? nullptr : &*found;
}

/// Of the names that stand between plus signs.
Error unknown(std::string_view given, std::string_view part) {
  std::vector<std::string_view> names;
  for (const NoiseModel& model : kModels) names.push_back(model.name);
  return Error(fmt::format("'{}' is no noise{}: expected none, or {}, or several with + between them", part,
                           part == given ? "" : fmt::format(" (in '{}')", given), fmt::join(names, ", ")));
}

}  // namespace

std::span<const NoiseModel> noise_models() {
  return kModels;
}

NoiseTraits noise_traits(NoiseKind kind) {
  std::optional<NoiseTraits> traits;
  for (const NoiseModel& model : kModels) {
    if (!kind.has(model.kind)) continue;
    traits = traits ? joined(*traits, traits_of(model)) : traits_of(model);
  }
  return traits.value_or(kSilence);
}

std::string name(NoiseKind kind) {
  std::string names;
  for (const NoiseModel& model : kModels) {
    if (kind.has(model.kind)) names += (names.empty() ? "" : "+") + std::string(model.name);
  }
  return names.empty() ? "none" : names;
}

NoiseKind noise_kind(std::string_view name) {
  if (name == "none") return NoiseKind::none;
  NoiseKind kind;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('+', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    const NoiseModel* model = find_model(part);
    if (model == nullptr) throw unknown(name, part);
    if (kind.has(model->kind)) throw Error(fmt::format("'{}' names {} noise twice", name, part));
    kind = kind + model->kind;
    begin = end + 1;
  }
  return kind;
}

}  // namespace dpac
