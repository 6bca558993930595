/// @file
/// How far a piece of work has come.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "engine/poll.h"
#include "kernels/api.h"

namespace dpac {

struct DPAC_API WorkDone {
  int64_t done = 0, total = 0;
  std::string unit;    ///< What is counted, in the plural.
  double seconds = 0;  ///< Since it began.
  bool ended = false;  ///< Nothing more will be told of it.

  /// "1200/10000 samples".
  [[nodiscard]] std::string text() const;
};

/// Is told how far work has come, by the thread that does it.
using WorkCallback = std::function<void(const WorkDone&)>;

/// Counts a piece of work and tells of it, at most ten times a second, and of its end; and asks whether to go
/// on with it.
class Progress {
 public:
  /// `unit` is what is counted, in the plural. Either callback may be empty.
  Progress(int64_t total, std::string unit, WorkCallback callback, Poll poll);

  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(int64_t count);

  /// Called many times a second while there is work to do. @throws what the poll does.
  void check() const;

 private:
  using Clock = std::chrono::steady_clock;

  void tell(Clock::time_point now);

  WorkDone work_;
  WorkCallback callback_;
  Poll poll_;
  Clock::time_point start_ = Clock::now(), told_{};
};

}  // namespace dpac
