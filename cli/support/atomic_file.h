/// @file
/// Text files that are either complete or not there.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

#include "cli/support/interrupt.h"

namespace dpac::cli {

/// A text file written under a temporary name beside its target and renamed by commit(): whoever reads the
/// target never sees half a file, and an interrupted command leaves the old one. Devices and pipes are
/// written to directly, and links are followed.
class AtomicFile {
 public:
  /// @throws Error if the file cannot be created.
  explicit AtomicFile(const std::filesystem::path& target);

  /// Removes what was not committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view text);

  /// @throws Error if anything could not be written (a full disk), or the target cannot be replaced.
  void commit();

 private:
  HeldInterrupts held_;                       // Else a signal would leave the temporary file behind.
  std::filesystem::path target_, temporary_;  // Equal where the target is written to directly.
  std::ofstream stream_;
};

/// For commands that work long before they write.
/// @throws Error if `file` could not be created.
void check_writable(const std::filesystem::path& file);

}  // namespace dpac::cli
