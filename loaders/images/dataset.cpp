#include "loaders/images/dataset.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/hdf5_file.h"
#include "loaders/images/array_h5.h"
#include "loaders/images/cifar.h"
#include "loaders/images/file_dataset.h"
#include "loaders/images/flat_folder.h"
#include "loaders/images/idx.h"
#include "loaders/images/image_folder.h"
#include "loaders/inflate.h"
#include "loaders/read_file.h"

namespace dpac {
namespace {

namespace fs = std::filesystem;

constexpr std::array<uint8_t, 8> kHdf5Start = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};

std::vector<fs::path> binary_files(const std::vector<fs::directory_entry>& entries) {
  std::vector<fs::path> files;
  for (const auto& entry : entries) {
    if (entry.path().extension() == ".bin" && !entry.is_directory()) files.push_back(entry.path());
  }
  return files;
}

std::unique_ptr<ImageDataset> open_only_idx_pair(const fs::path& folder, const std::vector<fs::path>& pairs) {
  if (pairs.size() == 1) return open_idx(pairs.front());
  std::vector<std::string> names;
  for (const auto& pair : pairs) names.push_back(pair.filename().string());
  throw Error(fmt::format("{}: holds several IDX data sets; give one of the files instead: {}",
                          folder.string(), fmt::join(names, ", ")));
}

std::unique_ptr<ImageDataset> open_folder(const fs::path& folder) {
  const auto entries = sorted_entries(folder);
  if (entries.empty()) throw Error(fmt::format("{}: the folder is empty", folder.string()));
  if (const auto pairs = idx_pairs(folder); !pairs.empty()) return open_only_idx_pair(folder, pairs);
  if (const auto files = binary_files(entries); !files.empty()) return open_cifar(files);
  const bool no_folder =
      std::none_of(entries.begin(), entries.end(), [](const auto& entry) { return entry.is_directory(); });
  const bool images = std::any_of(entries.begin(), entries.end(),
                                  [](const auto& entry) { return has_image_extension(entry.path()); });
  if (no_folder && images) {
    throw Error(fmt::format("{}: holds images but no class folders; give their classes with --labels FILE",
                            folder.string()));
  }
  return open_image_folder(folder);
}

std::unique_ptr<ImageDataset> open_file(const fs::path& file) {
  const auto start = read_file_start(file, kHdf5Start.size());
  if (std::equal(kHdf5Start.begin(), kHdf5Start.end(), start.begin(), start.end())) {
    return open_array_dataset(Hdf5File::open(file));
  }
  if (is_gzip_start(start) || is_idx_start(start)) return open_idx(file);
  const auto bytes = static_cast<int64_t>(fs::file_size(file));
  if (bytes > 0 && bytes % kCifarRecordBytes == 0) return open_cifar({file});
  throw Error(
      fmt::format("{}: expected HDF5, an IDX file or CIFAR-10 records of {} bytes, found {} bytes of none of "
                  "these",
                  file.string(), kCifarRecordBytes, bytes));
}

}  // namespace

std::unique_ptr<ImageDataset> open_image_dataset(const fs::path& path,
                                                 const std::optional<fs::path>& labels) {
  std::error_code error;
  if (!fs::exists(path, error))
    throw Error(fmt::format("{}: there is no such file or folder", path.string()));
  const bool folder = fs::is_directory(path, error);
  if (!labels) return folder ? open_folder(path) : open_file(path);
  if (!folder) throw Error(fmt::format("{}: a labels file goes with a folder of images only", path.string()));
  return open_flat_folder(path, *labels);
}

std::vector<int64_t> evenly_spaced(int64_t size, int64_t limit) {
  if (limit < 1) throw Error(fmt::format("the limit of samples must be at least 1, found {}", limit));
  const int64_t count = std::min(size, limit);
  std::vector<int64_t> indices;
  indices.reserve(static_cast<std::size_t>(count));
  for (int64_t i = 0; i < count; ++i) indices.push_back(i * size / count);
  return indices;
}

}  // namespace dpac
