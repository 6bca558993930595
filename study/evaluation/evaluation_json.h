/// @file
/// What an evaluation came to, as a result's JSON has it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "study/evaluation/accuracy.h"
#include "study/evaluation/point_report.h"
#include "study/support/json.h"

namespace dpac {

/// `top1` (null unless that is measured), `top5`, `metrics` (means, null for images), `top1_std`,
/// `top1_ci95`, `loss`
/// {`mean`, `ci95`} (null without a noise-free network), and `seeds` [{`seed`, `top1`, `metrics`}]; no seeds
/// without noise.
void write(const Accuracy& accuracy, std::span<const uint64_t> seeds, Json& json);

/// The same, but `top1` and `top1_std` are those of the value, whatever the measure.
void write_value(const Accuracy& accuracy, std::span<const uint64_t> seeds, Json& json);

/// The value, null where nothing is measured: what learn, search and bits call top-1, whatever the measure.
Json value_json(const Accuracy& accuracy);

/// [low, high], or null.
Json interval_json(const std::optional<Interval>& interval);

/// {`mean`, `ci95`}, or null.
Json loss_json(const std::optional<PairedLoss>& loss);

/// The accuracy's keys, `confusion` [label][prediction] for few classes, and `energy_per_mac`, `aj_per_mac`,
/// `energy_per_inference`, `joules_per_inference`, `relative_time` and `layers` (null without noise;
/// attojoules and joules for shot noise only).
void write(const PointReport& point, Json& json);

/// `energy_per_mac` and the keys behind it.
void write(const PointEnergy& energy, Json& json);

/// All of these keys, null.
void write_nulls(Json& json);

}  // namespace dpac
