/// @file
/// `--json` and `--quiet`, and how a result leaves the program.
#pragma once

#include <string>

#include "cli/options/option_set.h"
#include "cli/support/json.h"

namespace dpac::cli {

struct OutputOptions {
  std::string json;    ///< A file, "-" for stdout, empty for none.
  bool quiet = false;  ///< Neither progress nor notices.
};

void add_output_options(OptionSet& set, OutputOptions& options);

/// A result's keys that every command has; the command adds its own.
/// `options` is all that decides the result, defaults included.
Json result_json(const std::string& command, Json options, const std::string& weights_sha256, int threads);

/// Writes the JSON where it was asked for, and `text` to stdout unless the JSON goes there.
/// @throws Error if either cannot be written.
void publish(const OutputOptions& options, const std::string& text, const Json& json);

/// A line on stderr about a choice the program made for the user.
void notice(const OutputOptions& options, const std::string& sentence);

}  // namespace dpac::cli
