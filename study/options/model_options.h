/// @file
/// `--weights`, and how the network in it is built and run.
#pragma once

#include "study/options/option_set.h"
#include "study/settings/model_settings.h"

namespace dpac {

/// `--weights`; also as the plain argument FILE where `positional`.
void add_weights_option(OptionSet& set, ModelSettings& settings, bool positional = false);

/// `--weights` or `--network`; whichever command has it checks that one was given.
void add_weights_or_network_option(OptionSet& set, ModelSettings& settings);

/// `--config`; `--input-size`, `--stride-in` and `--no-head` of a ResNet; `--heads` and `--max-length` of a
/// BERT.
void add_network_options(OptionSet& set, ModelSettings& settings);
void add_run_options(OptionSet& set, RunSettings& settings);
void add_threads_option(OptionSet& set, int& threads);

}  // namespace dpac
