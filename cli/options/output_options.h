/// @file
/// `--json` and `--quiet`, and how a result leaves the program.
#pragma once

#include <string>

#include "cli/options/option_set.h"
#include "cli/remarks.h"
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

/// Writes the JSON, with the remarks' keys, where it was asked for; shows the remarks on stderr, unless
/// quiet, and then `text` on stdout, unless the JSON goes there. All of it at the end of the work, so that a
/// command that fails leaves nothing but its error.
/// @throws Error if anything cannot be written.
void publish(const OutputOptions& options, const Remarks& remarks, const std::string& text, Json json);

}  // namespace dpac::cli
