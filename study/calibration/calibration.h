/// @file
/// Calibrating on a data set.
#pragma once

#include <cstdint>
#include <string>

#include "engine/graph/graph.h"
#include "engine/noise/calibrate.h"
#include "study/calibration/calibration_file.h"
#include "study/session/session.h"

namespace dpac {

struct CalibrationPlan {
  CalibrationMethod method = CalibrationMethod::ema;
  int64_t batches = 0;  ///< Of kCalibrationBatch samples.
  uint64_t seed = 0;    ///< Of the permutation that chooses them.
};

/// Runs the graph over batches of a permutation of the data's samples; over fewer of them where there are not
/// so many. The graph takes the data. Of `run`, the batch is of no concern.
/// @throws Error naming a sample that cannot be read.
CalibrationRecord calibrate_on(const OpenedData& data, const Graph& graph, const std::string& weights_sha256,
                               const CalibrationPlan& plan, const RunSettings& run);

/// What to tell the user where there were fewer samples than planned; else empty.
std::string shortage(const CalibrationRecord& record, const CalibrationPlan& plan);

}  // namespace dpac
