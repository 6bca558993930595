/// @file
/// `--data` and how its samples are turned into a network's input.
#pragma once

#include <string>

#include "study/options/option_set.h"
#include "study/settings/data_settings.h"

namespace dpac {

inline constexpr const char* kTextGroup = "Text (BERT)";  ///< Of the options, in --help.

/// What `--data` and `--limit` are for, in a command of its own.
struct DataHelp {
  std::string data =
      "Images: ImageFolder tree, flat folder with --labels, CIFAR binary, IDX pair, or HDF5 with images and "
      "labels. "
      "Text: TSV, CSV, JSON lines, or a sentence a line";
  std::string limit = "Samples to use, spread evenly over the data set [all]";
};

/// `--data`, which it returns, `--limit` and all about images and text.
DeclaredOption add_data_options(OptionSet& set, DataSettings& settings, const DataHelp& help = {});

/// `--data`, `--limit` and all about text; `--data` is not required.
void add_text_data_options(OptionSet& set, DataSettings& settings);

}  // namespace dpac
