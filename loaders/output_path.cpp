#include "loaders/output_path.h"

#include <system_error>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

namespace fs = std::filesystem;

bool is_special_file(const fs::path& path) {
  std::error_code error;
  return fs::is_other(path, error);
}

fs::path output_path(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    throw Error(fmt::format("{}: is a folder, expected a file to write", path.string()));
  }
  if (!fs::is_symlink(path, error) || !fs::is_regular_file(path, error)) return path;
  const fs::path target = fs::canonical(path, error);
  return error ? path : target;
}

}  // namespace dpac
