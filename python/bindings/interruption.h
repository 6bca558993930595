/// @file
/// Ctrl-C in Python while the library computes.
#pragma once

#include <atomic>
#include <chrono>
#include <nanobind/nanobind.h>
#include <optional>
#include <thread>

#include "study/support/interrupted.h"

namespace dpac::python {

/// Of one computation at a time, which runs without the GIL.
class Interruption {
 public:
  /// By the thread that is going to wait for the computation. Only in it Python's signal handlers may run.
  void begin();

  /// By any thread. @throws Interrupted if a signal handler raised, as Ctrl-C's does.
  void poll();

  /// What the handler raised. With the GIL, once, after Interrupted.
  nanobind::python_error raised();

 private:
  using Clock = std::chrono::steady_clock;

  std::thread::id caller_;
  Clock::time_point next_look_;
  std::atomic<bool> stopped_ = false;
  std::optional<nanobind::python_error> raised_;
};

/// Does work that `interruption` may end. To be called without the GIL. @throws python_error from Ctrl-C.
template <class Work>
auto interruptible(Interruption& interruption, const Work& work) {
  interruption.begin();
  try {
    return work();
  } catch (const Interrupted&) {
    const nanobind::gil_scoped_acquire gil;
    throw interruption.raised();
  }
}

}  // namespace dpac::python
