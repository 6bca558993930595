#include "loaders/hdf5/isolation/window.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernels/error.h"

namespace dpac {
namespace {

constexpr rlim_t kBytes = rlim_t{2} << 20;

[[noreturn]] void fail() {
  throw Error("the system has no memory to share with a process that reads HDF5 files");
}

/// A limit on the size of files holds for this one too.
rlim_t allowed_bytes() {
  const auto page = static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
  rlimit files{};
  getrlimit(RLIMIT_FSIZE, &files);
  return std::min(kBytes, files.rlim_cur) / (2 * page) * (2 * page);
}

}  // namespace

Window Window::create() {
  Descriptor memory(memfd_create("dpac-hdf5", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory.valid() || ftruncate(memory.get(), static_cast<off_t>(allowed_bytes())) != 0) fail();
  // Memory that the other process took away would be the end of this one.
  if (fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) fail();
  return Window(std::move(memory));
}

Window::Window(Descriptor memory) : memory_(std::move(memory)) {
  struct stat status {};
  if (fstat(memory_.get(), &status) != 0 || status.st_size == 0) fail();
  pane_bytes_ = static_cast<std::size_t>(status.st_size) / 2;
  void* begin = mmap(nullptr, 2 * pane_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, memory_.get(), 0);
  if (begin == MAP_FAILED) fail();
  begin_ = static_cast<std::byte*>(begin);
}

Window::Window(Window&& other) noexcept
    : memory_(std::move(other.memory_)),
      pane_bytes_(other.pane_bytes_),
      begin_(std::exchange(other.begin_, nullptr)) {}

Window::~Window() {
  if (begin_ != nullptr) munmap(begin_, 2 * pane_bytes_);
}

}  // namespace dpac
