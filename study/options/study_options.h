/// @file
/// What the settings of each study are called by the program, take and mean. A command has further options
/// for where it writes and what it resumes from.
#pragma once

#include "study/bits/measure_bits.h"
#include "study/calibration/calibrate_network.h"
#include "study/evaluation/evaluate.h"
#include "study/learning/learn.h"
#include "study/options/option_set.h"
#include "study/search/search.h"
#include "study/search/table.h"
#include "study/timing/time_noise.h"
#include "study/trace/trace.h"

namespace dpac {

void add_options(OptionSet& set, EvaluationSettings& settings);
void add_options(OptionSet& set, NetworkCalibrationSettings& settings);
void add_options(OptionSet& set, BitsSettings& settings);
void add_options(OptionSet& set, TimingSettings& settings);
void add_options(OptionSet& set, LearnSettings& settings);
void add_options(OptionSet& set, EnergySearchSettings& settings);
void add_options(OptionSet& set, TableSettings& settings);

/// But for the layers.
void add_options(OptionSet& set, TraceSettings& settings);

}  // namespace dpac
