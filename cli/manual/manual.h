/// @file
/// Man pages and the shells' completion, made from what the commands declared.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "study/options/option_set.h"

namespace dpac::cli {

/// What a command's pages are made of.
struct CommandManual {
  std::string name, summary;
  std::vector<OptionEntry> options;
  std::string footer;  ///< What its --help ends with.
};

/// The page dpac-COMMAND(1), in man(7)'s macros.
std::string man_page(const CommandManual& command);

/// The page dpac(1): the commands, and where each is explained.
std::string overview_page(std::span<const CommandManual> commands);

/// A script that completes the program's commands, options, their choices and file names.
/// @throws UsageError unless `shell` is bash, zsh or fish.
std::string completion(std::string_view shell, std::span<const CommandManual> commands);

/// Writes everything of the above under names as an installation has them: FOLDER/man1/dpac-eval.1 and so on,
/// FOLDER/completions/dpac, _dpac and dpac.fish.
/// @throws Error naming a file that cannot be written.
void write_manual(const std::filesystem::path& folder, std::span<const CommandManual> commands);

}  // namespace dpac::cli
