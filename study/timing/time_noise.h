/// @file
/// What noise costs in time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/api.h"
#include "study/settings/data_settings.h"
#include "study/settings/model_settings.h"
#include "study/settings/noise_settings.h"
#include "study/settings/quantization_settings.h"
#include "study/support/document.h"
#include "study/support/remarks.h"

namespace dpac {

struct DPAC_API TimingSettings {
  ModelSettings model;
  DataSettings data;  ///< Text, in place of random inputs.
  RunSettings run;
  NoiseSettings noise{.noise = "shot"};  ///< Without an energy, at 100.
  QuantizationSettings quantization;
  bool learning = false;  ///< Time a step of learning in the noisy network's place.
  bool all = false;       ///< Time every noise in every arithmetic of this machine instead: Timing::table.
  int warmup = 2;         ///< Rounds before those that count.
  int rounds = 15;        ///< Each runs one batch clean and one noisy.

  /// @throws SettingError without weights or an architecture's name, or where a setting contradicts another.
  void check() const;
};

/// Milliseconds a sample, over the rounds.
struct RoundTimes {
  double median = 0;
  double spread = 0;  ///< Interquartile range over the median.
};

/// One noise in one arithmetic.
struct TimedRow {
  std::string noise, arithmetic;  ///< "none", "shot", ...; "float32", "bfloat16" or "int8".
  std::optional<double> weight_bits, act_bits;
  RoundTimes times;
  double ratio = 0;  ///< The median of each round's time over that of the clean float32 network.
};

struct Timing {
  RoundTimes clean = {}, noisy = {};  ///< `noisy` means nothing where all was timed.
  double ratio = 0;                   ///< The median of each round's noisy / clean.
  std::string architecture = {}, arithmetic = {};
  std::vector<TimedRow> table = {};  ///< Where all was timed, else empty.
  int64_t peak_rss_bytes = 0;
  Remarks remarks = {};
  Document document = {};

  /// The whole result, as `dpac bench --json` writes it.
  [[nodiscard]] std::string to_json() const { return document.text(); }
};

/// Runs a clean network, without quantisers, and a noisy one in turns, on random images or tokens or on text.
/// Times of random weights are those of learned ones. @throws SettingError and Error as open_session() does,
/// and Error unless both give finite logits and the noise changes them.
DPAC_API Timing time_noise(const TimingSettings& settings);

}  // namespace dpac
