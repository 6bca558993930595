/// @file
/// Text files that are either complete or not there.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

#include "loaders/temporary_file.h"

namespace dpac {

/// A text file written under a temporary name beside its target and renamed by commit(): whoever reads the
/// target never sees half a file, and an interrupted command leaves the old one. Devices and pipes are
/// written to directly, and links are followed.
class AtomicFile {
 public:
  /// @throws Error if the file cannot be created.
  explicit AtomicFile(const std::filesystem::path& target);

  /// What was not committed is removed.
  ~AtomicFile() = default;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view text);

  /// @throws Error if anything could not be written (a full disk), or the target cannot be replaced.
  void commit();

 private:
  std::filesystem::path target_;
  std::optional<TemporaryFile> temporary_;  // None where the target is written to directly.
  std::ofstream stream_;
};

/// Writes a whole file at once. @throws Error as AtomicFile does.
void write_text_file(const std::filesystem::path& file, std::string_view text);

/// For commands that work long before they write.
/// @throws Error if `file` could not be created.
void check_writable(const std::filesystem::path& file);

}  // namespace dpac
