#include "cli/support/progress.h"

#include <cstdio>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace dpac::cli {
namespace {

constexpr std::chrono::milliseconds kInterval(100);
constexpr const char* kClearLine = "\r\033[K";

}  // namespace

Progress::Progress(int64_t total, std::string unit, bool quiet)
    : total_(total), unit_(std::move(unit)), visible_(!quiet && isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (visible_) std::fputs(kClearLine, stderr);
}

void Progress::advance(int64_t count) {
  done_ += count;
  const auto now = Clock::now();
  if (!visible_ || now - shown_ < kInterval) return;
  show(now);
  shown_ = now;
}

void Progress::show(Clock::time_point now) const {
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const double share = static_cast<double>(done_) / static_cast<double>(total_);
  fmt::print(stderr, "{}{}/{} {}, {:.0f} %, {:.0f} s left", kClearLine, done_, total_, unit_, 100 * share,
             elapsed / share - elapsed);
  std::fflush(stderr);
}

}  // namespace dpac::cli
