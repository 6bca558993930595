#include "cli/support/atomic_file.h"

#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/output_path.h"

namespace dpac::cli {

AtomicFile::AtomicFile(const std::filesystem::path& target)
    : target_(output_path(target)),
      temporary_(is_special_file(target_)
                     ? target_
                     : std::filesystem::path(fmt::format("{}.{}.tmp", target_.string(), getpid()))),
      stream_(temporary_, std::ios::binary) {
  if (!stream_) {
    throw Error(fmt::format("{}: cannot be created; does its folder exist, and may you write there?",
                            target_.string()));
  }
}

AtomicFile::~AtomicFile() {
  if (temporary_ == target_) return;
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);  // Gone already after commit().
}

void AtomicFile::write(std::string_view text) {
  stream_.write(text.data(), static_cast<std::streamsize>(text.size()));
}

void AtomicFile::commit() {
  stream_.close();
  if (!stream_)
    throw Error(fmt::format("{}: could not be written completely; is the disk full?", target_.string()));
  if (temporary_ == target_) return;
  std::error_code failure;
  std::filesystem::rename(temporary_, target_, failure);
  if (failure) throw Error(fmt::format("{}: cannot be replaced: {}", target_.string(), failure.message()));
}

void check_writable(const std::filesystem::path& file) {
  // Opening a pipe would wait for its reader, and closing it would be the end of file for him.
  if (!is_special_file(file)) const AtomicFile created_and_removed(file);
}

}  // namespace dpac::cli
