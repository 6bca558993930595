/// @file
/// A progress line on stderr.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace dpac::cli {

/// Rewrites one line, "1200/10000 samples, 12 %, 34 s left", at most ten times a second. Silent unless stderr
/// is a terminal, so that logs stay clean.
class Progress {
 public:
  /// `unit` is what is counted, in the plural. `quiet` keeps it silent on a terminal too.
  Progress(int64_t total, std::string unit, bool quiet);

  /// Clears the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(int64_t count);

 private:
  using Clock = std::chrono::steady_clock;

  void show(Clock::time_point now) const;

  int64_t total_, done_ = 0;
  std::string unit_;
  bool visible_;
  Clock::time_point start_ = Clock::now(), shown_{};
};

}  // namespace dpac::cli
