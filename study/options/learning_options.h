/// @file
/// What energies are found with, and what is looked for: the options of `learn`, `search` and `table`.
#pragma once

#include <string>

#include "study/options/data_options.h"
#include "study/options/option_set.h"
#include "study/settings/search_settings.h"
#include "study/settings/workbench_settings.h"

namespace dpac {

/// All of WorkbenchSettings but the weights; `--per` and energies are left to the command.
void add_workbench_options(OptionSet& set, WorkbenchSettings& settings, const DataHelp& help = {});

/// The same for several networks under several noises: without the options that one network or noise has.
void add_table_workbench_options(OptionSet& set, WorkbenchSettings& settings);

/// `--state`: the folder that a work resumes from.
void add_state_option(OptionSet& set, std::string& folder);

/// `--max-loss` and what belongs to it.
void add_search_options(OptionSet& set, SearchSettings& settings);

}  // namespace dpac
