// Preloaded into the program: the DPAC_TEST_KILL_AT-th system call that changes a file in the folder
// DPAC_TEST_KILL_IN (open to write, write, truncate, fsync, rename, unlink) is its last. It is killed before
// the call, but in the midst of a write. Without a number, the calls are counted: as many bytes are added to
// DPAC_TEST_KILL_COUNT.

#include <array>
#include <atomic>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

/// Also for what is named from the current folder, which is another one.
bool is_watched(std::string_view path) {
  const char* const folder = std::getenv("DPAC_TEST_KILL_IN");
  return folder != nullptr && path.starts_with(folder);
}

bool is_watched(int descriptor) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = readlink(link.c_str(), path.data(), path.size());
  return length > 0 && is_watched(std::string_view(path.data(), static_cast<std::size_t>(length)));
}

/// Whether the call is the last one. Counts it otherwise.
bool is_last() {
  static std::atomic<int> calls = 0;
  if (const char* const last = std::getenv("DPAC_TEST_KILL_AT")) return ++calls == std::atoi(last);
  const int file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, std::getenv("DPAC_TEST_KILL_COUNT"),
                                            O_WRONLY | O_CREAT | O_APPEND, 0600));
  syscall(SYS_write, file, "x", 1);
  syscall(SYS_close, file);
  return false;
}

void die() {
  kill(getpid(), SIGKILL);
}

template <class Name>
void before_change(const Name& name) {
  if (is_watched(name) && is_last()) die();
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

int watched_open(const char* path, int flags, mode_t mode) {
  if ((flags & O_ACCMODE) != O_RDONLY) before_change(std::string_view(path));
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return watched_open(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return watched_open(path, flags, mode);
}

FILE* fopen64(const char* path, const char* mode) {
  if (*mode != 'r') before_change(std::string_view(path));
  return next<FILE*(const char*, const char*)>("fopen64")(path, mode);
}

ssize_t write(int descriptor, const void* data, size_t size) {
  const bool last = is_watched(descriptor) && is_last();
  const long written = syscall(SYS_write, descriptor, data, last ? size / 2 : size);
  if (last) die();
  return written;
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  const bool last = is_watched(descriptor) && is_last();
  const long written = syscall(SYS_writev, descriptor, parts, last ? count / 2 : count);
  if (last) die();
  return written;
}

ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  const bool last = is_watched(descriptor) && is_last();
  const long written = syscall(SYS_pwrite64, descriptor, data, last ? size / 2 : size, offset);
  if (last) die();
  return written;
}

ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset) {
  return pwrite(descriptor, data, size, offset);
}

int ftruncate(int descriptor, off_t size) {
  before_change(descriptor);
  return static_cast<int>(syscall(SYS_ftruncate, descriptor, size));
}

int ftruncate64(int descriptor, off64_t size) {
  return ftruncate(descriptor, size);
}

int fsync(int descriptor) {
  before_change(descriptor);
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

int rename(const char* from, const char* to) {
  before_change(std::string_view(to));
  return static_cast<int>(syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to));
}

int unlink(const char* path) {
  before_change(std::string_view(path));
  return static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

int remove(const char* path) {
  before_change(std::string_view(path));
  return next<int(const char*)>("remove")(path);
}
}
