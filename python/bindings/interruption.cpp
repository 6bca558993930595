#include "python/bindings/interruption.h"

#include <utility>

namespace dpac::python {
namespace {

// The user waits so long for an answer to Ctrl-C; and at most so often does the computation wait for the GIL.
constexpr std::chrono::milliseconds kBetweenLooks(100);

}  // namespace

void Interruption::begin() {
  caller_ = std::this_thread::get_id();
  next_look_ = Clock::now() + kBetweenLooks;
  stopped_ = false;
}

void Interruption::poll() {
  if (stopped_) throw Interrupted{};
  if (std::this_thread::get_id() != caller_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_look_) return;
  next_look_ = now + kBetweenLooks;
  const nanobind::gil_scoped_acquire gil;
  if (PyErr_CheckSignals() == 0) return;
  raised_.emplace();
  stopped_ = true;
  throw Interrupted{};
}

nanobind::python_error Interruption::raised() {
  nanobind::python_error error = std::move(*raised_);
  raised_.reset();
  return error;
}

}  // namespace dpac::python
