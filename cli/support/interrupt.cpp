#include "cli/support/interrupt.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace dpac::cli {
namespace {

// The only kind of variable that a signal handler may share with other threads.
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);
std::atomic<bool> interrupted = false;
std::atomic<int> held = 0;

extern "C" void note_interrupt(int) {
  interrupted = true;
  if (held > 0) return;
  constexpr std::string_view kLine = "dpac: error: interrupted\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kLine.data(), kLine.size());
  std::_Exit(kInterruptedExit);
}

}  // namespace

HeldInterrupts::HeldInterrupts() {
  ++held;
}

HeldInterrupts::~HeldInterrupts() {
  --held;
}

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = note_interrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // A command that hangs can still be stopped.
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void stop_if_interrupted() {
  static const HeldInterrupts for_good;
  if (interrupted) throw Interrupted{};
}

}  // namespace dpac::cli
