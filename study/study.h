/// @file
/// All that the program `dpac` does, as functions: the header to begin with.
///
///     dpac::EvaluationSettings settings;
///     settings.model.weights = "resnet50.h5";
///     settings.data.data = "val/";
///     settings.analog.noise.noise = "shot";
///     settings.analog.noise.energies.sweep = {3, 10, 30};
///     settings.analog.noise.seeds = 3;
///     const dpac::Evaluation result = dpac::evaluate(settings);
///     for (const dpac::PointReport& point : result.points)
///       std::cout << point.energy->ledger.energy_per_mac << ' ' << point.accuracy.value << '\n';
///
///     evaluate()            How accurate is a network under noise, at these energies?
///     calibrate_network()   Which ranges do its quantisers need?
///     measure_bits()        What digital precision is each layer's noise worth?
///     trace_network()       What happens inside its layers?
///     learn()               How much energy does each layer or channel need, for this much a MAC?
///     search()              What is the smallest energy at an allowed loss of accuracy?
///     table()               The same of several networks under several noises.
///     time_noise()          What does noise cost in time?
///
/// Settings are plain structs with the defaults of the program's options, and are checked before any work: a
/// SettingError says which one cannot be meant, by the option's name. `run.progress` is told how far the work
/// has come, and `run.poll` ends it by what it throws; nothing is printed, and no signal is caught. A result
/// has the numbers as members, remarks on what was assumed or left out, and as to_json() what the program
/// writes, of which report/ makes pictures and pages.
#pragma once

#include "study/bits/measure_bits.h"
#include "study/calibration/calibrate_network.h"
#include "study/energies/energies_output.h"
#include "study/evaluation/evaluate.h"
#include "study/learning/learn.h"
#include "study/search/search.h"
#include "study/search/table.h"
#include "study/settings/setting_error.h"
#include "study/support/interrupted.h"
#include "study/timing/time_noise.h"
#include "study/trace/trace.h"
