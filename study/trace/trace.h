/// @file
/// What happens inside a network's analog layers, for a few samples.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/api.h"
#include "study/settings/analog_settings.h"
#include "study/settings/data_settings.h"
#include "study/settings/model_settings.h"
#include "study/support/document.h"
#include "study/support/remarks.h"

namespace dpac {

struct TraceSettings {
  ModelSettings model;
  DataSettings data{.limit = 4};
  AnalogSettings analog;
  RunSettings run;
  std::vector<std::string> layers{"*"};  ///< Names with * and ?.
  std::string out = {};                  ///< The HDF5 file to write.
};

struct Trace {
  std::vector<int64_t> samples;          ///< Indices in the data set; of a pair of sentences two.
  std::vector<std::string> layers = {};  ///< That fit the names.
  Remarks remarks = {};
  Document document = {};

  /// The whole result, as `dpac trace --json` writes it.
  [[nodiscard]] std::string to_json() const { return document.text(); }
};

/// Writes HDF5, float32 [n, C, H, W] (fully connected: [n, features]) per layer: `/<layer>/input`, `/pre`
/// (without this layer's own noise), `/sigma` (the noise's standard deviation), `/noisy` (before ReLU); and
/// `/logits`, `/samples`. Of text: [n, features, tokens], of attention [n, heads, tokens, columns], zeros
/// behind shorter ones; `/lengths`. Computed in float32, whatever the bits.
/// @throws SettingError and Error as open_session() does, and Error if the file cannot be written.
DPAC_API Trace trace_network(const TraceSettings& settings);

}  // namespace dpac
