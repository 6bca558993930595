#include "cli/support/terminal_progress.h"

#include <memory>

#include <fmt/format.h>

#include "cli/support/interrupt.h"
#include "cli/support/terminal_line.h"

namespace dpac::cli {

WorkCallback terminal_progress(bool quiet) {
  return [line = std::make_shared<TerminalLine>(quiet)](const WorkDone& work) {
    if (work.ended) return line->clear();
    const double share = static_cast<double>(work.done) / static_cast<double>(work.total);
    line->show(fmt::format("{}, {:.0f} %, {} left", work.text(), 100 * share,
                           duration_text(work.seconds / share - work.seconds)));
  };
}

RunSettings watched(RunSettings run, bool quiet) {
  run.progress = terminal_progress(quiet);
  run.poll = stop_if_interrupted;
  return run;
}

}  // namespace dpac::cli
