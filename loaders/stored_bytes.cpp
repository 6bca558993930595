#include "loaders/stored_bytes.h"

#include <fcntl.h>
#include <limits>
#include <system_error>
#include <unistd.h>

namespace dpac {
namespace {

constexpr int64_t kAlways = int64_t{512} << 20, kMostGrowth = 8;

}  // namespace

int64_t stored_bytes(const std::filesystem::path& path) {
  std::error_code unknown;
  const auto size = static_cast<int64_t>(std::filesystem::file_size(path, unknown));
  const int file = unknown ? -1 : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  // Holes matter only where there are many bytes in them: a file of small ones need not be walked to its end.
  constexpr int kMostPieces = 100'000;
  int64_t stored = 0, at = 0;
  for (int piece = 0; at < size; ++piece) {
    const int64_t begin = lseek(file, at, SEEK_DATA);
    if (begin < 0) break;  // Only a hole is left.
    at = lseek(file, begin, SEEK_HOLE);
    if (at < 0 || piece == kMostPieces) at = size;
    stored += at - begin;
  }
  close(file);
  return stored;
}

int64_t most_unpacked_bytes(int64_t stored) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  return stored > (kMost - kAlways) / kMostGrowth ? kMost : kAlways + kMostGrowth * stored;
}

}  // namespace dpac
