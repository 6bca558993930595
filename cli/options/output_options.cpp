#include "cli/options/output_options.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/support/interrupt.h"
#include "kernels/error.h"
#include "study/support/atomic_file.h"
#include "study/support/printable.h"

namespace dpac::cli {
namespace {

constexpr const char* kStdout = "-";

void write_to_stdout(const std::string& text) {
  const bool complete = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!complete || std::fflush(stdout) != 0) {
    throw Error("the result could not be written to standard output; is the disk full, or the reader gone?");
  }
}

}  // namespace

void add_output_options(OptionSet& set, OutputOptions& options) {
  set.heading("Output");
  set.path(
      {"--json", "FILE", "Write the whole result as JSON; - for stdout, and then nothing else goes there"},
      options.json, FileRole::writes);
  set.flag({"--quiet", "", "No progress and no notices"}, options.quiet);
}

void publish(const OutputOptions& options, const Remarks& remarks, const std::string& text,
             const Document& document) {
  const HeldInterrupts held;
  const bool json_alone = options.json == kStdout;
  if (!options.json.empty() && !json_alone) write_text_file(options.json, document.text());
  if (!options.quiet) {
    for (const std::string& sentence : remarks.sentences())
      fmt::print(stderr, "dpac: {}\n", printable(sentence));
  }
  write_to_stdout(json_alone ? document.text() : text);
}

}  // namespace dpac::cli
