/// @file
/// Text files that are either complete or not there.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace dpac::cli {

/// A text file written under a temporary name beside its target and renamed by commit(): whoever reads the
/// target never sees half a file, and an interrupted command leaves the old one.
class AtomicFile {
 public:
  /// @throws Error if the file cannot be created.
  explicit AtomicFile(std::filesystem::path target);

  /// Removes what was not committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view text);

  /// @throws Error if anything could not be written (a full disk), or the target cannot be replaced.
  void commit();

 private:
  std::filesystem::path target_, temporary_;
  std::ofstream stream_;
};

}  // namespace dpac::cli
