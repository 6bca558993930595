#include "loaders/hdf5/isolation/limits.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loaders/hdf5/isolation/sanitizers.h"

namespace dpac {
namespace {

/// HDF5's own caches, and chunks of files that are small.
constexpr int64_t kLeastBytes = int64_t{512} << 20;
constexpr int64_t kMostForFile = int64_t{1} << 30;
/// A chunk may be twice its dataset, and is unpacked, sorted and converted.
constexpr int64_t kBytesPerDataByte = 16;
constexpr int64_t kBytesPerSecond = 4 << 20;

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t kArchitecture = 0;
#endif

/// Refuses a few system calls with EPERM; see the Linux kernel's documentation, userspace-api/seccomp_filter.
void refuse_network_and_programs() {
  constexpr auto kRefused =
      std::to_array<uint32_t>({SYS_socket, SYS_connect, SYS_bind, SYS_execve, SYS_execveat});
  constexpr auto kCount = kRefused.size();
  constexpr uint32_t kLoad = BPF_LD | BPF_W | BPF_ABS, kIfEqual = BPF_JMP | BPF_JEQ | BPF_K,
                     kReturn = BPF_RET | BPF_K;
  std::array<sock_filter, kCount + 5> program{{
      {kLoad, 0, 0, offsetof(seccomp_data, arch)},
      {kIfEqual, 0, static_cast<uint8_t>(kCount + 1), kArchitecture},  // Others go to the end.
      {kLoad, 0, 0, offsetof(seccomp_data, nr)},
  }};
  for (std::size_t i = 0; i < kCount; ++i) {
    program[i + 3] = {kIfEqual, static_cast<uint8_t>(kCount - i), 0, kRefused[i]};
  }
  program[kCount + 3] = {kReturn, 0, 0, SECCOMP_RET_ALLOW};
  program[kCount + 4] = {kReturn, 0, 0, SECCOMP_RET_ERRNO | EPERM};
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

int64_t address_space() {
  if (kSanitized) return 0;  // Sanitizers reserve terabytes.
  int64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

/// As far as the limits that hold for the caller allow.
void move_limit(__rlimit_resource_t resource, int64_t value) {
  rlimit limit{};
  getrlimit(resource, &limit);
  limit.rlim_cur = std::min(limit.rlim_max, static_cast<rlim_t>(value));
  setrlimit(resource, &limit);
}

int64_t seconds_taken() {
  rusage taken{};
  getrusage(RUSAGE_SELF, &taken);
  return int64_t{taken.ru_utime.tv_sec} + taken.ru_stime.tv_sec;
}

}  // namespace

void confine_process() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  if (kArchitecture != 0) refuse_network_and_programs();
}

WorkLimits::WorkLimits() : own_bytes_(address_space()) {}

void WorkLimits::allow(int64_t file_bytes, int64_t data_bytes) const {
  const int64_t file = std::min(file_bytes, kMostForFile);
  const int64_t space = kLeastBytes + 3 * file + kBytesPerDataByte * data_bytes;
  if (own_bytes_ > 0) move_limit(RLIMIT_AS, own_bytes_ + space);
  move_limit(RLIMIT_CPU, seconds_taken() + kLeastSeconds + (file + data_bytes) / kBytesPerSecond);
}

}  // namespace dpac
