#include "cli/support/progress.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "cli/support/terminal_line.h"

namespace dpac::cli {
namespace {

constexpr std::chrono::milliseconds kInterval(100);

}  // namespace

std::string WorkDone::text() const {
  return fmt::format("{}/{} {}", done, total, unit);
}

WorkCallback terminal_progress(bool quiet) {
  return [line = std::make_shared<TerminalLine>(quiet)](const WorkDone& work) {
    if (work.ended) return line->clear();
    const double share = static_cast<double>(work.done) / static_cast<double>(work.total);
    line->show(fmt::format("{}, {:.0f} %, {} left", work.text(), 100 * share,
                           duration_text(work.seconds / share - work.seconds)));
  };
}

Progress::Progress(int64_t total, std::string unit, WorkCallback callback)
    : work_{.total = total, .unit = std::move(unit)}, callback_(std::move(callback)) {}

Progress::Progress(int64_t total, std::string unit, bool quiet)
    : Progress(total, std::move(unit), terminal_progress(quiet)) {}

Progress::~Progress() {
  work_.ended = true;
  tell(Clock::now());
}

void Progress::advance(int64_t count) {
  work_.done += count;
  const auto now = Clock::now();
  if (now - told_ >= kInterval) tell(now);
}

void Progress::tell(Clock::time_point now) {
  work_.seconds = std::chrono::duration<double>(now - start_).count();
  callback_(work_);
  told_ = now;
}

}  // namespace dpac::cli
