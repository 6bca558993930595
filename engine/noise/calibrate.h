/// @file
/// Activation ranges by running the noise-free, unquantised network over calibration batches (docs/model.md
/// section 3).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/inputs.h"
#include "engine/noise/quantization.h"
#include "engine/poll.h"
#include "kernels/api.h"

namespace dpac {

enum class CalibrationMethod {
  ema,         ///< Min and max of each batch, averaged exponentially: r <- 0.99 r + 0.01 r_batch.
  percentile,  ///< Percentiles 0.01 and 99.99 of all values of all batches together; the input as with ema.
};

/// "ema", "percentile".
DPAC_API std::string_view name(CalibrationMethod method);

inline constexpr int64_t kCalibrationBatch = 32;             ///< Samples of a batch.
DPAC_API int64_t default_batches(CalibrationMethod method);  ///< 100 and 5.

/// Calls its argument for every batch in order, with n preprocessed images or sequences.
using BatchVisitor = std::function<void(const Inputs& inputs)>;
using BatchSource = std::function<void(const BatchVisitor& visit)>;

/// Ranges of calibrated_tensors(graph). The percentiles are exact, and memory does not grow with the number
/// of values: `batches` is asked for the same batches twice. Results do not depend on `threads`.
/// @throws Error if there is no batch, or a value is not finite.
DPAC_API Ranges calibrate(const Graph& graph, CalibrationMethod method, int threads,
                          const BatchSource& batches, const Poll& poll = {});

/// The first `count` of a permutation of 0 ... size - 1 that depends on `seed` alone.
DPAC_API std::vector<int64_t> random_permutation(int64_t size, int64_t count, uint64_t seed);

}  // namespace dpac
