/// @file
/// What happens inside a network's analog layers, for a few samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/noise/analog.h"
#include "study/calibration/analog_setup.h"
#include "study/session/session.h"
#include "study/settings/analog_settings.h"

namespace dpac {

/// What is traced, and where it goes.
struct TraceRequest {
  std::vector<std::size_t> layers;  ///< Positions in analog_layers().
  NoiseConfig noise;
  std::filesystem::path out;
};

/// Writes HDF5, float32 [n, C, H, W] (fully connected: [n, features]) per layer: `/<layer>/input`, `/pre`
/// (without this layer's own noise), `/sigma` (the noise's standard deviation), `/noisy` (before ReLU); and
/// `/logits`, `/samples`. Of text: [n, features, tokens], of attention [n, heads, tokens, columns], zeros
/// behind shorter ones; `/lengths`. Computed in float32, whatever the bits. The network runs once per group
/// of layers, so that memory holds one group's values only.
/// Takes the session's graph. @returns the indices of the samples.
/// @throws Error as Network and Hdf5Writer do.
std::vector<int64_t> write_trace(const TraceRequest& request, Session& session, const AnalogSettings& analog,
                                 const AnalogSetup& setup, const RunSettings& run);

}  // namespace dpac
