#include "loaders/images/flat_folder.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/images/file_dataset.h"
#include "loaders/images/label.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

using LabelsByName = std::map<std::string, int, std::less<>>;

constexpr std::string_view kSeparators = " \t,";

/// The class is what follows the last separator: names may hold blanks.
void add_line(std::string_view line, const std::string& where, LabelsByName& labels) {
  const std::size_t separator = line.find_last_of(kSeparators);
  const std::string_view number = line.substr(separator == std::string_view::npos ? 0 : separator + 1);
  int label = -1;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), label);
  const bool parsed = error == std::errc() && end == number.data() + number.size();
  if (separator == std::string_view::npos || !parsed || label < 0 || label > kMaxLabel) {
    throw Error(fmt::format("{}: expected a file name and a class number from 0 to {}, found '{}'", where,
                            kMaxLabel, line));
  }
  std::string_view name = line.substr(0, separator);
  name = name.substr(0, name.find_last_not_of(kSeparators) + 1);
  if (!labels.emplace(name, label).second) throw Error(fmt::format("{}: '{}' was given before", where, name));
}

LabelsByName read_labels(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in || std::filesystem::is_directory(path)) {
    throw Error(fmt::format("{}: the labels file cannot be opened", path.string()));
  }
  LabelsByName labels;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const std::string_view text = trimmed(line);
    if (!text.empty()) add_line(text, fmt::format("{}: line {}", path.string(), number), labels);
  }
  return labels;
}

}  // namespace

std::unique_ptr<ImageDataset> open_flat_folder(const std::filesystem::path& folder,
                                               const std::filesystem::path& labels) {
  LabelsByName missing = read_labels(labels);
  std::vector<LabelledFile> files;
  int classes = 0;
  for (const auto& entry : sorted_entries(folder)) {
    if (entry.is_directory() || !has_image_extension(entry.path())) continue;
    const auto found = missing.extract(entry.path().filename().string());
    if (found.empty()) {
      throw Error(fmt::format("{}: expected a line for every image of {}, found none for '{}'",
                              labels.string(), folder.string(), entry.path().filename().string()));
    }
    files.push_back({entry.path(), found.mapped()});
    classes = std::max(classes, found.mapped() + 1);
  }
  if (!missing.empty()) {
    throw Error(fmt::format("{}: names '{}', which is no image in {} ({} such lines)", labels.string(),
                            missing.begin()->first, folder.string(), missing.size()));
  }
  if (files.empty()) throw Error(fmt::format("{}: holds no .jpg, .jpeg or .png file", folder.string()));
  return std::make_unique<FileDataset>(std::move(files), classes);
}

}  // namespace dpac
