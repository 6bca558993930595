/// @file
/// Accuracy on a data set, clean or noisy, at one energy or several.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/noise/quantization.h"
#include "kernels/api.h"
#include "study/evaluation/point_report.h"
#include "study/settings/analog_settings.h"
#include "study/settings/data_settings.h"
#include "study/settings/model_settings.h"
#include "study/support/document.h"
#include "study/support/remarks.h"

namespace dpac {

struct EvaluationSettings {
  ModelSettings model;
  DataSettings data;
  AnalogSettings analog;
  RunSettings run;
  bool baseline =
      true;  ///< Run the network without noise and quantisers beside: losses are measured against it.
  std::string predictions = {};  ///< A CSV file to write: index, label, prediction, its probability.
  std::string logits = {};       ///< An HDF5 file to write: `/logits`, float32 [samples, classes].
};

struct Evaluation {
  std::vector<PointReport> points;     ///< One for each energy, in the order of the settings.
  std::optional<Accuracy> noise_free;  ///< Of the baseline; none where nothing can be lost.
  int64_t samples = 0;
  double ms_per_sample = 0;   ///< In the network; data are read beside it.
  std::string architecture;   ///< Of the network: "ResNet20".
  std::string arithmetic;     ///< What products were computed in.
  std::string preprocessing;  ///< What was done to samples before.
  int64_t data_size = 0;      ///< Samples there are.
  Quantization quantization;
  std::vector<Document> answers;  ///< Of sentences: what the network said of them in each pass.
  Remarks remarks = {};
  Document document = {};

  /// The whole result, as `dpac eval --json` writes it.
  [[nodiscard]] std::string to_json() const { return document.text(); }
};

/// Opens network and data, and runs every energy with every seed.
/// @throws SettingError for what cannot be meant, and Error for bad input, as open_session() does; Error for
/// a sample whose label is no class of the network, or whose logits are not finite.
DPAC_API Evaluation evaluate(const EvaluationSettings& settings);

}  // namespace dpac
