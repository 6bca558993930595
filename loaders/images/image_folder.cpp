#include "loaders/images/image_folder.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/images/file_dataset.h"
#include "loaders/images/image_filter.h"
#include "loaders/pixels/decode_image.h"

namespace dpac {
namespace {

namespace fs = std::filesystem;

/// Finds the images below one class folder.
class ClassWalk {
 public:
  ClassWalk(ImageFilter& filter, int label, std::vector<LabelledFile>& files)
      : filter_(filter), label_(label), files_(files) {}

  /// Files first, then the folders. @throws Error if a link leads to where the walk was, else it might never
  /// end.
  void add_images_below(const fs::path& folder) {
    std::error_code error;
    const fs::path place = fs::canonical(folder, error);
    if (!error && !walked_.insert(place).second) {
      throw Error(
          fmt::format("{}: is a link to a folder that belongs to its class already", folder.string()));
    }
    const auto entries = sorted_entries(folder);
    for (const auto& entry : entries) {
      if (filter_.takes_file(entry)) files_.push_back({entry.path, label_});
    }
    for (const auto& entry : entries) {
      if (filter_.takes_folder(entry)) add_images_below(entry.path);
    }
  }

 private:
  ImageFilter& filter_;
  int label_;
  std::vector<LabelledFile>& files_;
  std::set<fs::path> walked_;
};

std::string left_out_sentences(const ImageFilter& filter) {
  std::string sentences;
  for (const LeftOut& left_out : filter.left_out()) sentences += "; " + to_sentence(left_out);
  return sentences;
}

[[noreturn]] void refuse_empty_class(const fs::path& folder) {
  ImageFilter filter(folder);
  std::vector<LabelledFile> none;
  ClassWalk(filter, 0, none).add_images_below(folder);
  throw Error(fmt::format("{}: the class folder holds no {} file{}", folder.string(), kImageFormats,
                          left_out_sentences(filter)));
}

std::vector<FolderEntry> class_folders(const fs::path& root, ImageFilter& filter) {
  std::vector<FolderEntry> folders;
  for (const auto& entry : sorted_entries(root)) {
    if (filter.takes_folder(entry)) folders.push_back(entry);
    if (!has_image_name(entry.path) || !filter.takes_file(entry)) continue;
    throw Error(fmt::format("{}: expected only one folder per class, found the image '{}' beside them",
                            root.string(), entry.name()));
  }
  if (!folders.empty()) return folders;
  throw Error(fmt::format("{}: expected one folder of images per class, found none{}", root.string(),
                          left_out_sentences(filter)));
}

ClassNumbers numbers_of(const std::vector<FolderEntry>& folders, const ClassRule& rule,
                        const fs::path& root) {
  std::vector<std::string> names;
  for (const auto& folder : folders) names.push_back(folder.name());
  return number_classes(names, rule, root.string());
}

}  // namespace

std::unique_ptr<ImageDataset> open_image_folder(const fs::path& root, const ClassRule& rule) {
  ImageFilter filter(root);
  const auto folders = class_folders(root, filter);
  const ClassNumbers classes = numbers_of(folders, rule, root);
  std::vector<LabelledFile> files;
  for (std::size_t n = 0; n < folders.size(); ++n) {
    const std::size_t before = files.size();
    ClassWalk(filter, classes.numbers[n], files).add_images_below(folders[n].path);
    if (files.size() == before) refuse_empty_class(folders[n].path);
  }
  DatasetReport report{.path = root.string(),
                       .labels = classes.source,
                       .class_folders = static_cast<int64_t>(folders.size()),
                       .left_out = filter.left_out()};
  if (!classes.notice.empty()) report.notices.push_back(classes.notice);
  const int count = 1 + *std::max_element(classes.numbers.begin(), classes.numbers.end());
  return std::make_unique<FileDataset>(std::move(files), count, std::move(report));
}

}  // namespace dpac
