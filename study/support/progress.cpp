#include "study/support/progress.h"

#include <utility>

#include <fmt/format.h>

namespace dpac {
namespace {

constexpr std::chrono::milliseconds kInterval(100);

}  // namespace

std::string WorkDone::text() const {
  return fmt::format("{}/{} {}", done, total, unit);
}

Progress::Progress(int64_t total, std::string unit, WorkCallback callback, Poll poll)
    : work_{.total = total, .unit = std::move(unit)},
      callback_(std::move(callback)),
      poll_(std::move(poll)) {}

Progress::~Progress() {
  work_.ended = true;
  tell(Clock::now());
}

void Progress::advance(int64_t count) {
  work_.done += count;
  const auto now = Clock::now();
  if (now - told_ >= kInterval) tell(now);
}

void Progress::check() const {
  if (poll_) poll_();
}

void Progress::tell(Clock::time_point now) {
  if (!callback_) return;
  work_.seconds = std::chrono::duration<double>(now - start_).count();
  callback_(work_);
  told_ = now;
}

}  // namespace dpac
