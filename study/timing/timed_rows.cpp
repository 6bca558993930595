#include "study/timing/timed_rows.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/noise/noise_models.h"
#include "engine/onednn/onednn.h"
#include "study/timing/timed_pair.h"

namespace dpac {
namespace {

constexpr double kIntegerBits = 8;
constexpr const char* kIntegers = "int8";

/// One noise in one arithmetic, which is called as Network::arithmetic() calls it.
struct Wanted {
  TimingSettings settings;
  std::string arithmetic;
};

TimingSettings with(const TimingSettings& settings, const std::string& noise, Arithmetic arithmetic) {
  TimingSettings row = settings;
  row.noise = settings.noise.of(noise);
  row.quantization.arithmetic = name(arithmetic);
  return row;
}

TimingSettings in_integers(const TimingSettings& settings, const std::string& noise) {
  TimingSettings row = with(settings, noise, Arithmetic::automatic);
  if (!row.quantization.bits.given) row.quantization.bits = {true, kIntegerBits};
  return row;
}

std::vector<Wanted> wanted_rows(const TimingSettings& settings) {
  std::vector<Wanted> rows;
  for (const std::string& noise : all_kinds()) {
    const auto add = [&](Arithmetic arithmetic) {
      rows.push_back({with(settings, noise, arithmetic), std::string(name(arithmetic))});
    };
    add(Arithmetic::float32);
    if (onednn::bfloat16_products()) add(Arithmetic::bfloat16);
    TimingSettings integers = in_integers(settings, noise);
    const NoiseKind kind = integers.noise.kind();
    if (kind == NoiseKind::none || noise_traits(kind).on_integers) {
      rows.push_back({std::move(integers), kIntegers});
    }
  }
  return rows;
}

void say_without_bfloat16(Remarks& remarks) {
  if (onednn::bfloat16_products()) return;
  remarks.notice("there are no rows in bfloat16, since this machine does not multiply in it (AVX512_BF16)");
}

void say_without_integers(const Graph& graph, Remarks& remarks) {
  const char* reason =
      !onednn::exact_integer_products() ? "since this machine does not multiply them exactly (VNNI)"
      : graph.reads_text()              ? "since networks of text run in floats"
                                        : "since the bits that were given, or the network, do not allow it";
  remarks.notice(fmt::format("there are no rows in 8-bit integers, {}", reason));
}

TimedRow row_of(const Wanted& wanted, const PairTimes& times) {
  const NoiseKind kind = wanted.settings.noise.kind();
  const QuantizationSettings& quantization = wanted.settings.quantization;
  return {.noise = name(kind),
          .arithmetic = wanted.arithmetic,
          .weight_bits = quantization.weights(kind),
          .act_bits = quantization.activations(kind),
          .times = times.noisy,
          .ratio = times.ratio};
}

}  // namespace

void time_rows(const TimingSettings& settings, const Session& session, Timing& timing) {
  const std::vector<Wanted> wanted = wanted_rows(settings);
  const RunSettings& run = settings.run;
  Progress progress(std::ssize(wanted) * settings.rounds, "rounds", run.progress, run.poll);
  bool integers = false;
  for (const Wanted& row : wanted) {
    TimedPair pair(row.settings, session.graph, TimedInputs::of(session, run, row.settings.noise.kind()),
                   Arithmetic::float32);
    if (pair.arithmetic() != row.arithmetic) {  // Integers that automatic did not take.
      progress.advance(settings.rounds);
      continue;
    }
    integers = integers || row.arithmetic == kIntegers;
    const PairTimes times = pair.measure(row.settings, progress);
    if (timing.table.empty()) timing.clean = times.clean;
    timing.table.push_back(row_of(row, times));
  }
  say_without_bfloat16(timing.remarks);
  if (!integers) say_without_integers(session.graph, timing.remarks);
}

}  // namespace dpac
