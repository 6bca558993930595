/// @file
/// Where the ranges of activation quantisers come from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/noise/calibrate.h"
#include "engine/noise/noise_config.h"
#include "kernels/api.h"
#include "study/data/image_arrays.h"

namespace dpac {

/// What is not given depends on the noise, or on the method (docs/model.md section 3).
struct DPAC_API CalibrationSettings {
  std::string file = {}, data = {};
  std::string labels = {};                         ///< Of `data`, where it is a flat folder.
  std::shared_ptr<const ImageArrays> arrays = {};  ///< Images in memory, in place of `data`.
  std::optional<Ranges> ranges = {};               ///< As Quantization has them, in place of everything else.
  std::optional<std::string> method_name = {};
  std::optional<int64_t> batch_limit = {};
  uint64_t seed = 0;

  [[nodiscard]] CalibrationMethod method(NoiseKind noise) const;
  [[nodiscard]] int64_t batches(NoiseKind noise) const;

  /// Name of a setting that was given; null for none.
  [[nodiscard]] const char* given() const;

  /// @throws SettingError for ranges, or images in memory, that come with another source of ranges.
  void check() const;
};

}  // namespace dpac
