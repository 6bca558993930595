#include "cli/support/atomic_file.h"

#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac::cli {

AtomicFile::AtomicFile(std::filesystem::path target)
    : target_(std::move(target)),
      temporary_(fmt::format("{}.{}.tmp", target_.string(), getpid())),
      stream_(temporary_, std::ios::binary) {
  if (!stream_) {
    throw Error(fmt::format("{}: cannot be created; does its folder exist, and may you write there?",
                            target_.string()));
  }
}

AtomicFile::~AtomicFile() {
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
  std::error_code failure;
  std::filesystem::rename(temporary_, target_, failure);
  if (failure) throw Error(fmt::format("{}: cannot be replaced: {}", target_.string(), failure.message()));
}

}  // namespace dpac::cli
