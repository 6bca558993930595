/// @file
/// How far a piece of work has come.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace dpac::cli {

struct WorkDone {
  int64_t done = 0, total = 0;
  std::string unit;    ///< What is counted, in the plural.
  double seconds = 0;  ///< Since it began.
  bool ended = false;  ///< Nothing more will be told of it.

  /// "1200/10000 samples".
  [[nodiscard]] std::string text() const;
};

/// Is told how far work has come, by the thread that does it. Knows where that is shown, if anywhere.
using WorkCallback = std::function<void(const WorkDone&)>;

/// Rewrites one line on a terminal, "1200/10000 samples, 12 %, 34 s left"; silent elsewhere.
WorkCallback terminal_progress(bool quiet);

/// Counts a piece of work and tells of it, at most ten times a second, and of its end.
class Progress {
 public:
  /// `unit` is what is counted, in the plural.
  Progress(int64_t total, std::string unit, WorkCallback callback);

  /// Told to terminal_progress().
  Progress(int64_t total, std::string unit, bool quiet);

  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(int64_t count);

 private:
  using Clock = std::chrono::steady_clock;

  void tell(Clock::time_point now);

  WorkDone work_;
  WorkCallback callback_;
  Clock::time_point start_ = Clock::now(), told_{};
};

}  // namespace dpac::cli
