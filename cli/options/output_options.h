/// @file
/// `--json` and `--quiet`, and how a result leaves the program.
#pragma once

#include <string>

#include "study/options/option_set.h"
#include "study/support/document.h"
#include "study/support/remarks.h"

namespace dpac::cli {

struct OutputOptions {
  std::string json;    ///< A file, "-" for stdout, empty for none.
  bool quiet = false;  ///< Neither progress nor notices.
};

void add_output_options(OptionSet& set, OutputOptions& options);

/// Writes the JSON where it was asked for; shows the remarks on stderr, unless
/// quiet, and then `text` on stdout, unless the JSON goes there. All of it at the end of the work, so that a
/// command that fails leaves nothing but its error.
/// @throws Error if anything cannot be written.
void publish(const OutputOptions& options, const Remarks& remarks, const std::string& text,
             const Document& document);

}  // namespace dpac::cli
