/// @file
/// How results come to stand under their names complete or not at all.
#pragma once

#include <filesystem>

namespace dpac {

/// A new, empty file beside a target, to be written by its path and to take the target's place. Its name is
/// the target's with 16 random hexadecimal digits and ".tmp", so that nobody can have put a link there. While
/// it exists it is locked (flock): what a killed process left is told from what a living one still writes.
class TemporaryFile {
 public:
  /// Removes what killed processes left beside the same target. `target` is taken as output_path() gives it.
  /// @throws Error if the folder is absent or cannot be written to.
  explicit TemporaryFile(std::filesystem::path target);

  /// Removes the file unless commit() was called.
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Gives the file the target's name, in place of what had it. What was written and the name are on the disk
  /// when it returns (fsync of the file before, of the folder after): a power cut leaves the old file or the
  /// new one.
  /// @throws Error if the disk is full or the target cannot be replaced; the temporary file is then gone.
  void commit();

 private:
  std::filesystem::path target_, path_;  // The path is empty once committed.
  int descriptor_ = -1;
};

/// Removes temporary files beside `target` that no living process has. No error if the folder cannot be read.
void remove_left_overs(const std::filesystem::path& target);

}  // namespace dpac
