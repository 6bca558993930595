/// @file
/// Calibrating on a data set.
#pragma once

#include <cstdint>
#include <string>

#include "cli/calibration_file.h"
#include "cli/session.h"
#include "engine/graph/graph.h"
#include "engine/noise/calibrate.h"

namespace dpac::cli {

struct CalibrationPlan {
  CalibrationMethod method = CalibrationMethod::ema;
  int64_t batches = 0;  ///< Of kCalibrationBatch samples.
  uint64_t seed = 0;    ///< Of the permutation that chooses them.
};

/// Runs the graph over batches of a permutation of the data's samples; over fewer of them where there are not
/// so many. The graph takes the data. `quiet` shows no progress.
/// @throws Error naming a sample that cannot be read. @throws Interrupted after Ctrl-C.
CalibrationRecord calibrate_on(const OpenedData& data, const Graph& graph, const std::string& weights_sha256,
                               const CalibrationPlan& plan, int threads, bool quiet);

/// What to tell the user where there were fewer samples than planned; else empty.
std::string shortage(const CalibrationRecord& record, const CalibrationPlan& plan);

}  // namespace dpac::cli
