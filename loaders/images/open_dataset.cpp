#include "loaders/images/open_dataset.h"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/hdf5/hdf5_file.h"
#include "loaders/images/array_h5.h"
#include "loaders/images/cifar.h"
#include "loaders/images/cifar_file.h"
#include "loaders/images/class_numbers.h"
#include "loaders/images/flat_folder.h"
#include "loaders/images/folder.h"
#include "loaders/images/idx.h"
#include "loaders/images/image_filter.h"
#include "loaders/images/image_folder.h"
#include "loaders/images/shifted_labels.h"
#include "loaders/inflate.h"
#include "loaders/read_file.h"

namespace dpac {
namespace {

namespace fs = std::filesystem;

constexpr std::array<uint8_t, 8> kHdf5Start = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};

ClassRule rule_of(const DatasetSettings& settings) {
  ClassRule rule{.label_offset = settings.label_offset, .outputs = settings.outputs};
  if (settings.class_map) rule.map.emplace(*settings.class_map);
  return rule;
}

void refuse_class_map(const fs::path& path, const DatasetSettings& settings) {
  if (!settings.class_map) return;
  throw Error(fmt::format(
      "{}: a class map goes with class folders or with names of classes in a labels file; these labels are "
      "numbers",
      path.string()));
}

std::unique_ptr<ImageDataset> open_only_idx_pair(const fs::path& folder, const std::vector<fs::path>& pairs) {
  if (pairs.size() == 1) return open_idx(pairs.front());
  std::vector<std::string> names;
  for (const auto& pair : pairs) names.push_back(pair.filename().string());
  throw Error(fmt::format("{}: holds several IDX data sets; give one of the files instead: {}",
                          folder.string(), fmt::join(names, ", ")));
}

bool has_images_alone(const fs::path& folder, const std::vector<FolderEntry>& entries) {
  ImageFilter filter(folder);
  const auto is_folder = [&filter](const FolderEntry& entry) { return filter.takes_folder(entry); };
  const auto is_image = [&filter](const FolderEntry& entry) { return filter.takes_file(entry); };
  return std::none_of(entries.begin(), entries.end(), is_folder) &&
         std::any_of(entries.begin(), entries.end(), is_image);
}

std::unique_ptr<ImageDataset> open_folder(const fs::path& folder, const DatasetSettings& settings) {
  const auto entries = sorted_entries(folder);
  if (entries.empty()) throw Error(fmt::format("{}: the folder is empty", folder.string()));
  if (const auto pairs = idx_pairs(entries); !pairs.empty()) {
    refuse_class_map(folder, settings);
    return open_only_idx_pair(folder, pairs);
  }
  if (const auto files = cifar_files(entries); !files.empty()) {
    refuse_class_map(folder, settings);
    return open_cifar_folder(folder, files, settings);
  }
  if (has_images_alone(folder, entries)) {
    throw Error(fmt::format("{}: holds images but no class folders; give their classes with --labels FILE",
                            folder.string()));
  }
  return open_image_folder(folder, rule_of(settings));
}

std::unique_ptr<ImageDataset> open_file(const fs::path& file, const DatasetSettings& settings) {
  refuse_class_map(file, settings);
  const auto start = read_file_start(file, kHdf5Start.size());
  if (std::equal(kHdf5Start.begin(), kHdf5Start.end(), start.begin(), start.end())) {
    return open_array_dataset(Hdf5File::open(file));
  }
  if (is_gzip_start(start) || is_idx_start(start)) return open_idx(file);
  const auto bytes = static_cast<int64_t>(fs::file_size(file));
  if (is_cifar_size(bytes)) return open_cifar(file, settings.outputs);
  throw Error(
      fmt::format("{}: expected HDF5, an IDX file, CIFAR-10 records of {} bytes or CIFAR-100 records of {}, "
                  "found {} bytes "
                  "of none of these",
                  file.string(), kCifar10.record_bytes(), kCifar100.record_bytes(), bytes));
}

std::unique_ptr<ImageDataset> open_unshifted(const fs::path& path, const DatasetSettings& settings) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw Error(fmt::format("{}: there is no such file or folder", path.string()));
  }
  if (error) throw Error(fmt::format("{}: cannot be opened: {}", path.string(), error.message()));
  const bool folder = fs::is_directory(status);
  if (!settings.labels) return folder ? open_folder(path, settings) : open_file(path, settings);
  if (!folder) throw Error(fmt::format("{}: a labels file goes with a folder of images only", path.string()));
  return open_flat_folder(path, *settings.labels, rule_of(settings));
}

}  // namespace

std::unique_ptr<ImageDataset> open_image_dataset(const fs::path& path, const DatasetSettings& settings) {
  auto dataset = open_unshifted(path, settings);
  if (settings.label_offset == 0) return dataset;
  return shift_labels(std::move(dataset), settings.label_offset);
}

std::unique_ptr<ImageDataset> open_array_dataset(std::span<const std::byte> file, const std::string& name) {
  return open_array_dataset(Hdf5File::from_image(file, name));
}

}  // namespace dpac
