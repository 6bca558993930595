// Preloaded into the program: files named *.tmp hold no more than DPAC_TEST_DISK_BYTES, as if the disk were
// full.

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

bool is_temporary(int descriptor) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = readlink(link.c_str(), path.data(), path.size());
  return length > 0 && std::string_view(path.data(), static_cast<std::size_t>(length)).ends_with(".tmp");
}

bool is_full(int descriptor, off_t end) {
  return end > std::atoll(std::getenv("DPAC_TEST_DISK_BYTES")) && is_temporary(descriptor);
}

ssize_t limited_write(int descriptor, const void* data, size_t size, off_t offset) {
  if (is_full(descriptor, offset + static_cast<off_t>(size))) {
    errno = ENOSPC;
    return -1;
  }
  return syscall(SYS_pwrite64, descriptor, data, size, offset);
}

}  // namespace

extern "C" {

ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  return limited_write(descriptor, data, size, offset);
}

ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset) {
  return limited_write(descriptor, data, size, offset);
}

ssize_t write(int descriptor, const void* data, size_t size) {
  if (is_full(descriptor, lseek(descriptor, 0, SEEK_CUR) + static_cast<off_t>(size))) {
    errno = ENOSPC;
    return -1;
  }
  return syscall(SYS_write, descriptor, data, size);
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  ssize_t written = 0;
  for (int i = 0; i < count; ++i) {
    const ssize_t part = write(descriptor, parts[i].iov_base, parts[i].iov_len);
    if (part < 0) return part;
    written += part;
  }
  return written;
}
}
