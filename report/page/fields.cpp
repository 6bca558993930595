#include "report/page/fields.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "report/tables/rounded.h"
#include "study/support/json.h"
#include "study/support/printable.h"
#include "study/support/units.h"

namespace dpac::report {
namespace {

enum class Format { number, percent, count, mebibytes };

struct Field {
  std::string_view key, label;
  Format format = Format::number;
};

/// Other keys are their own labels.
constexpr std::array kFields{
    Field{"samples", "samples", Format::count},
    Field{"measured_samples", "samples that layers were measured on", Format::count},
    Field{"top1", "top-1", Format::percent},
    Field{"top1_std", "top-1, std over seeds", Format::percent},
    Field{"top1_ci95", "top-1, 95 % interval", Format::percent},
    Field{"top5", "top-5", Format::percent},
    Field{"top1_noise", "top-1 with noise", Format::percent},
    Field{"top1_noise_std", "its std over seeds", Format::percent},
    Field{"top1_noise_ci95", "its 95 % interval", Format::percent},
    Field{"top1_bits", "top-1 with equal bits", Format::percent},
    Field{"top1_bits_ci95", "its 95 % interval ", Format::percent},
    Field{"baseline_top1", "top-1 at full precision", Format::percent},
    Field{"noise_free_top1", "top-1 without noise", Format::percent},
    Field{"quantized_top1", "top-1 quantised", Format::percent},
    Field{"target_top1", "top-1 to keep", Format::percent},
    Field{"loss", "loss against noise-free", Format::percent},
    Field{"share", "share", Format::percent},
    Field{"saving_percent", "saving, %"},
    Field{"aj_per_mac", "aJ/MAC"},
    Field{"joules_per_inference", "J per inference"},
    Field{"relative_time", "executions of a layer"},
    Field{"mean_tokens", "tokens of a text, mean"},
    Field{"measure", "measured by"},
    Field{"kind", "allocation"},
    Field{"weight_bits", "bits of weights"},
    Field{"act_bits", "bits of activations"},
    Field{"calibration", "ranges of activations"},
    Field{"macs", "MACs", Format::count},
    Field{"parameters", "parameters", Format::count},
    Field{"D", "D", Format::count},
    Field{"N", "N", Format::count},
    Field{"levels", "levels", Format::count},
    Field{"name", "layer"},
    Field{"snr_db", "SNR, dB"},
    Field{"cascaded_snr_db", "cascaded SNR, dB"},
    Field{"ms_per_sample", "ms a sample"},
    Field{"samples_per_second", "samples a second"},
    Field{"ms_per_step", "ms a step"},
    Field{"peak_rss_bytes", "peak memory, MiB", Format::mebibytes},
};

Field field_of(std::string_view key) {
  const auto field =
      std::find_if(kFields.begin(), kFields.end(), [&](const Field& f) { return f.key == key; });
  return field == kFields.end() ? Field{key, key} : *field;
}

std::string label_of(const Field& field, std::string_view noise) {
  if (field.key == "energy" || field.key == "energy_per_mac") return energy_unit(noise);
  if (field.key == "energy_per_inference") return energy_name(noise) + " per inference";
  return std::string(field.label);
}

std::string formatted(double value, Format format) {
  switch (format) {
    case Format::percent:
      return with_decimals(100 * value, 2).value + " %";
    case Format::mebibytes:
      return fmt::format("{:.0f}", value / (1 << 20));
    case Format::count:
      if (std::abs(value) < 1e15) return with_thousands(std::llround(value));
      [[fallthrough]];
    case Format::number:
      return number_text(value);
  }
  return "";
}

bool is_scalar(const Json& json) {
  return json.is_number() || json.is_string() || json.is_boolean();
}

std::string scalar_text(const Json& json, Format format) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_boolean()) return json.get<bool>() ? "yes" : "no";
  return formatted(json.get<double>(), format);
}

bool is_interval(const Json& json) {
  return json.is_array() && json.size() == 2 && json.at(0).is_number() && json.at(1).is_number();
}

std::string interval_text(const Json& json, Format format) {
  return fmt::format("{} \u2026 {}", formatted(json.at(0).get<double>(), format),
                     formatted(json.at(1).get<double>(), format));
}

void add_object(const ResultValue& object, const std::string& label, Format format,
                std::vector<Cell>& cells) {
  const auto mean = object.find("mean");
  if (mean) {
    const auto deviation = object.find_number("std");
    const auto interval = object.find("ci95");
    std::string text = formatted(mean->number(), format);
    if (deviation) text += " \u00b1 " + formatted(*deviation, format);
    if (interval && is_interval(interval->json())) {
      text += fmt::format(" ({})", interval_text(interval->json(), format));
    }
    cells.push_back({label, text});
    return;
  }
  for (const auto& [key, value] : object.members()) {
    if (!is_scalar(value.json())) continue;
    const Field field = field_of(key);
    cells.push_back({field.label == key ? fmt::format("{} ({})", label, key) : std::string(field.label),
                     scalar_text(value.json(), format)});
  }
}

void add_member(const std::string& key, const ResultValue& value, std::string_view noise,
                std::vector<Cell>& cells) {
  const Field field = field_of(key);
  const std::string label = label_of(field, noise);
  const Json& json = value.json();
  if (is_scalar(json)) cells.push_back({label, scalar_text(json, field.format)});
  if (is_interval(json)) cells.push_back({label, interval_text(json, field.format)});
  if (json.is_object()) add_object(value, label, field.format, cells);
}

}  // namespace

std::vector<Cell> cells_of(const ResultValue& object, std::string_view noise,
                           const std::vector<std::string_view>& skipped) {
  std::vector<Cell> cells;
  const bool spent = object.find("energy_per_mac").has_value();
  for (const auto& [key, value] : object.members()) {
    if (std::find(skipped.begin(), skipped.end(), key) != skipped.end()) continue;
    if (key == "energy" && spent) continue;  // What was asked for; the same unless rounded.
    add_member(key, value, noise, cells);
  }
  return cells;
}

std::string number_text(double value) {
  return fmt::format("{:.4g}", value);
}

}  // namespace dpac::report
