#include "loaders/images/flat_folder.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/images/file_dataset.h"
#include "loaders/images/image_filter.h"
#include "loaders/images/label.h"
#include "loaders/images/name_table.h"
#include "loaders/pixels/decode_image.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

namespace fs = std::filesystem;

using LabelsByName = std::map<std::string, int, std::less<>>;

int label_of(const NameRow& row, const ClassRule& rule, const std::string& where) {
  if (rule.map) return rule.map->number_of(row.value, where);
  if (const auto number = class_number(row.value)) return *number;
  throw Error(fmt::format(
      "{}: expected a class number from 0 to {} for '{}', found '{}'; names of classes need --class-map FILE",
      where, kMaxLabel, excerpt(row.name), excerpt(row.value)));
}

LabelsByName read_labels(const fs::path& file, const ClassRule& rule) {
  LabelsByName labels;
  for (const NameRow& row : read_name_table(file)) {
    labels.emplace(row.name, label_of(row, rule, at_line(file.string(), row.line)));
  }
  return labels;
}

/// The folder's images with their labels, each of which is used up.
std::vector<LabelledFile> labelled_files(const fs::path& folder, const fs::path& labels_file,
                                         LabelsByName& labels, ImageFilter& filter) {
  std::vector<LabelledFile> files;
  std::error_code ignored;  // Files that cannot be compared differ.
  for (const auto& entry : sorted_entries(folder)) {
    if (fs::equivalent(entry.path, labels_file, ignored) || !filter.takes_file(entry)) continue;
    const auto found = labels.extract(entry.name());
    if (found.empty()) {
      throw Error(fmt::format("{}: expected a line for every image of {}, found none for '{}'",
                              labels_file.string(), folder.string(), entry.name()));
    }
    files.push_back({entry.path, found.mapped()});
  }
  return files;
}

}  // namespace

std::unique_ptr<ImageDataset> open_flat_folder(const fs::path& folder, const fs::path& labels_file,
                                               const ClassRule& rule) {
  LabelsByName labels = read_labels(labels_file, rule);
  ImageFilter filter(folder);
  std::vector<LabelledFile> files = labelled_files(folder, labels_file, labels, filter);
  if (!labels.empty()) {
    throw Error(fmt::format("{}: names '{}', which is no image in {} ({} such lines)", labels_file.string(),
                            excerpt(labels.begin()->first), folder.string(), labels.size()));
  }
  if (files.empty()) throw Error(fmt::format("{}: holds no {} file", folder.string(), kImageFormats));
  const auto largest = std::max_element(files.begin(), files.end(),
                                        [](const auto& a, const auto& b) { return a.label < b.label; });
  const int classes = 1 + largest->label;
  DatasetReport report{.path = folder.string(),
                       .labels = rule.map ? LabelSource::map : LabelSource::stored,
                       .left_out = filter.left_out()};
  return std::make_unique<FileDataset>(std::move(files), classes, std::move(report));
}

}  // namespace dpac
