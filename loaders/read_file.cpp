#include "loaders/read_file.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

int64_t regular_file_size(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw Error(fmt::format("{}: there is no such file", path.string()));
  if (!std::filesystem::is_regular_file(status)) {
    throw Error(fmt::format("{}: expected a regular file", path.string()));
  }
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw Error(fmt::format("{}: cannot be read: {}", path.string(), error.message()));
  return static_cast<int64_t>(size);
}

std::vector<uint8_t> read_bytes(const std::filesystem::path& path, int64_t count) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(fmt::format("{}: cannot be opened for reading", path.string()));
  std::vector<uint8_t> bytes(static_cast<std::size_t>(count));
  in.read(reinterpret_cast<char*>(bytes.data()), count);
  if (in.gcount() != count) {
    throw Error(fmt::format("{}: expected {} bytes, could read {}", path.string(), count, in.gcount()));
  }
  return bytes;
}

}  // namespace

bool file_exists(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

std::vector<uint8_t> read_file(const std::filesystem::path& path) {
  const int64_t size = regular_file_size(path);
  if (size > kMaxFileBytes) {
    throw Error(fmt::format("{}: has {} bytes, more than the {} that are read whole", path.string(), size,
                            kMaxFileBytes));
  }
  return read_bytes(path, size);
}

std::vector<uint8_t> read_file_start(const std::filesystem::path& path, std::size_t count) {
  return read_bytes(path, std::min(regular_file_size(path), static_cast<int64_t>(count)));
}

}  // namespace dpac
