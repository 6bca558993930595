#include "loaders/temporary_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <random>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".tmp", kDigits = "0123456789abcdef";
constexpr std::size_t kRandomDigits = 16;
constexpr int kAttempts = 16;  // Another process may sweep a file between its creation and its lock.

fs::path random_name(const fs::path& target) {
  std::random_device source;
  const uint64_t digits = (uint64_t{source()} << 32) | source();
  return fmt::format("{}.{:016x}{}", target.string(), digits, kEnding);
}

bool is_temporary_of(std::string_view target, std::string_view name) {
  if (name.size() != target.size() + 1 + kRandomDigits + kEnding.size()) return false;
  if (!name.starts_with(target) || name[target.size()] != '.' || !name.ends_with(kEnding)) return false;
  return name.substr(target.size() + 1, kRandomDigits).find_first_not_of(kDigits) == std::string_view::npos;
}

bool has_name(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && status.st_nlink > 0;
}

/// A locked new file, or -1 with errno set. A file system without locks has nobody who sweeps by them.
int create_locked(const fs::path& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor < 0) return -1;
  const bool swept = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (!swept && has_name(descriptor)) return descriptor;
  close(descriptor);
  errno = EEXIST;
  return -1;
}

/// Whether what was written through any descriptor of the file is on the disk. Not every file system can say.
bool synchronised(int descriptor) {
  return fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP;
}

void synchronise_folder(const fs::path& file) {
  const fs::path parent = file.parent_path();
  const int folder = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  fsync(folder);
  close(folder);
}

void remove_unlocked(const fs::path& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return;
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) unlink(path.c_str());
  close(descriptor);
}

}  // namespace

TemporaryFile::TemporaryFile(fs::path target) : target_(std::move(target)) {
  remove_left_overs(target_);
  for (int attempt = 0; attempt < kAttempts && descriptor_ < 0; ++attempt) {
    path_ = random_name(target_);
    descriptor_ = create_locked(path_);
    if (descriptor_ < 0 && errno != EEXIST) break;
  }
  if (descriptor_ >= 0) return;
  throw Error(fmt::format("{}: cannot be written: {}; does its folder exist, and may you write there?",
                          target_.string(), std::generic_category().message(errno)));
}

TemporaryFile::~TemporaryFile() {
  if (descriptor_ >= 0) close(descriptor_);
  std::error_code ignored;
  if (!path_.empty()) fs::remove(path_, ignored);
}

void TemporaryFile::commit() {
  std::error_code failure;
  if (!synchronised(descriptor_)) failure = std::error_code(errno, std::generic_category());
  if (!failure) fs::rename(path_, target_, failure);
  if (failure) {
    throw Error(fmt::format("{}: cannot be written: {}; is the disk full, or the folder not yours?",
                            target_.string(), failure.message()));
  }
  path_.clear();
  synchronise_folder(target_);
}

void remove_left_overs(const fs::path& target) {
  const std::string name = target.filename().string();
  const fs::path folder = target.has_parent_path() ? target.parent_path() : ".";
  std::vector<fs::path> left;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (is_temporary_of(name, entry->path().filename().string())) left.push_back(entry->path());
  }
  std::ranges::for_each(left, remove_unlocked);
}

}  // namespace dpac
