/// @file
/// What a process that reads files nobody has vetted may take. For the loaders' own use.
#pragma once

#include <cstdint>

namespace dpac {

/// Seconds of computing that work without data may take.
inline constexpr int64_t kLeastSeconds = 5;

/// For all that this process does: no core file, and, on x86-64 and AArch64, no network and no other program.
void confine_process();

/// Limits of one process, moved before each piece of work.
class WorkLimits {
 public:
  /// Counts from what the process has now.
  WorkLimits();

  /// Work on a file of so many bytes that handles so many bytes of data: address space for both several
  /// times, and seconds of computing for the slowest of machines. SIGXCPU ends the process that takes longer.
  void allow(int64_t file_bytes, int64_t data_bytes) const;

 private:
  int64_t own_bytes_;  // Address space of the program itself; 0 where the system does not say.
};

}  // namespace dpac
