#include "cli/support/terminal_line.h"

#include <cmath>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "study/support/printable.h"

namespace dpac::cli {
namespace {

constexpr const char* kClearLine = "\r\033[K";
constexpr std::size_t kUsualWidth = 80;

std::size_t width() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kUsualWidth;
}

/// What is shown while one works is no result: a terminal that went away is no error.
void put(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace

TerminalLine::TerminalLine(bool quiet) : visible_(!quiet && isatty(STDERR_FILENO) == 1) {}

TerminalLine::~TerminalLine() {
  clear();
}

void TerminalLine::show(std::string_view text) {
  if (!visible_) return;
  shown_ = true;
  // In its last column a terminal may wrap.
  put(kClearLine + std::string(first_columns(printable(text), width() - 1)));
}

void TerminalLine::clear() {
  if (!shown_) return;
  shown_ = false;
  put(kClearLine);
}

std::string_view first_columns(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0U) != 0x80U;
    if (begins && columns-- == 0) break;
  }
  return text.substr(0, end);
}

std::string duration_text(double seconds) {
  constexpr int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;
  const auto whole = std::llround(seconds);
  if (whole < 2 * kMinute) return fmt::format("{} s", whole);
  if (whole < 2 * kHour) return fmt::format("{} min", (whole + kMinute / 2) / kMinute);
  if (whole < kDay) return fmt::format("{} h {} min", whole / kHour, whole % kHour / kMinute);
  return fmt::format("{} d {} h", whole / kDay, whole % kDay / kHour);
}

}  // namespace dpac::cli
