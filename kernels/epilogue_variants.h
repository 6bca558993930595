/// @file
/// Variants of the analog epilogue that are compiled in files of their own, side by side: together they would
/// take the compiler as long as a third of the library.
#pragma once

#include "kernels/analog_epilogue.h"

namespace dpac {

/// run_analog_epilogue() for an epilogue with `passes` or `sum_passes`: a backward follows.
void run_recorded_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const float* src, float* dst,
                           float* sum_squares);

/// run_analog_epilogue() for an epilogue with a smooth activation.
void run_smooth_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const float* src, float* dst,
                         float* sum_squares);

/// run_analog_epilogue() in bfloat16, without and with a smooth activation.
void run_narrow_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const Bfloat16* src,
                         Bfloat16* dst, float* sum_squares);
void run_narrow_smooth_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const Bfloat16* src,
                                Bfloat16* dst, float* sum_squares);

}  // namespace dpac
