/// @file
/// Ranges of activation quantisers as a file: what `dpac calibrate` writes and `--calibration` reads.
///
/// HDF5: `/ranges/<tensor>`, float32 [2] (min, max), one per calibrated tensor of the network (files of
/// version 0.1 have none of outputs before their ReLU); attributes of the root `method`, `batches`,
/// `weights_sha256`, `preprocessing` and `version` (of dpac).
#pragma once

#include <filesystem>
#include <string>

#include "engine/graph/graph.h"
#include "engine/noise/quantization.h"
#include "kernels/api.h"

namespace dpac {

/// A calibration, and what it was made from.
struct CalibrationRecord {
  Ranges ranges;  ///< Of calibrated_tensors(), or of quantized_tensors() alone.
  std::string method;
  int64_t batches = 0;
  std::string weights_sha256;
  std::string preprocessing;  ///< For people, and to see whether two are the same.
};

/// @throws Error if the file cannot be written.
DPAC_API void write_calibration_file(const std::filesystem::path& path, const Graph& graph,
                                     const CalibrationRecord& record);

/// @throws Error naming file and tensor if it is no calibration of this graph with these weights.
DPAC_API CalibrationRecord read_calibration_file(const std::filesystem::path& path, const Graph& graph,
                                                 const std::string& weights_sha256);

}  // namespace dpac
