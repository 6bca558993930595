/// @file
/// `dpac report`: one HTML page of what other commands wrote as JSON.

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/support/interrupt.h"
#include "report/page/report_page.h"
#include "report/pictures/result_file.h"
#include "study/support/atomic_file.h"

namespace dpac::cli {
namespace {

struct ReportOptions {
  std::vector<std::string> files;
  std::string out;
};

void run(const ReportOptions& options) {
  const std::vector<report::ResultFile> results = report::read_results(options.files);
  const HeldInterrupts held;
  write_text_file(options.out, report::report_page(results, stop_if_interrupted));
}

}  // namespace

Work add_report(OptionSet& set) {
  const auto options = std::make_shared<ReportOptions>();
  set.paths({"files", "IN.json", "JSON of any command, a chapter each"}, options->files, FileRole::reads)
      .required();
  set.path({"--out", "FILE.html", "The page; pictures and style are inside it"}, options->out,
           FileRole::writes)
      .required();
  set.footer(
      "Each chapter has the result's numbers, every picture 'dpac plot' would draw of it, its layers, and "
      "the options, "
      "machine and version it came from. gnuplot draws (Debian: gnuplot-nox).\n\n"
      "Example:\n  dpac report eval.json bits.json --out run.html");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
