#include "loaders/images/image_filter.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/pixels/decode_image.h"
#include "loaders/read_file.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

constexpr std::array<std::string_view, 5> kImages = {".jpg", ".jpeg", ".jpe", ".jfif", ".png"};
/// Of formats that are read in part or not at all.
constexpr std::array<std::string_view, 19> kPerhapsImages = {
    ".webp", ".tif",  ".tiff", ".bmp", ".dib", ".gif", ".ppm", ".pgm", ".pbm", ".pnm",
    ".avif", ".heic", ".heif", ".jp2", ".j2k", ".jxl", ".tga", ".ico", ".svg"};
constexpr std::size_t kMostExtensions = 8;

std::string lower_extension(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

bool holds(std::span<const std::string_view> extensions, const std::string& extension) {
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

std::string division(const std::map<std::string, int64_t>& by_extension) {
  std::vector<std::string> parts;
  for (const auto& [extension, count] : by_extension) {
    if (parts.size() == kMostExtensions) {
      parts.emplace_back("...");
      break;
    }
    parts.push_back(fmt::format("{} {}", extension.empty() ? "no extension" : excerpt(extension), count));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

bool has_image_name(const std::filesystem::path& file) {
  const std::string extension = lower_extension(file);
  return holds(kImages, extension) || holds(kPerhapsImages, extension);
}

bool ImageFilter::takes_file(const FolderEntry& entry) {
  if (entry.is_folder()) return false;
  if (is_litter(entry.name())) {
    if (has_image_name(entry.path)) hidden_files_.add(relative(entry));
    return false;
  }
  const std::string extension = lower_extension(entry.path);
  if (!entry.is_file() && has_image_name(entry.path)) {
    throw Error(fmt::format("{}: expected an image file, found a link that leads nowhere, a pipe or a device",
                            entry.path.string()));
  }
  if (holds(kImages, extension)) return true;
  const bool by_content = entry.is_file() && (extension.empty() || holds(kPerhapsImages, extension));
  if (by_content && is_image_start(read_file_start(entry.path, kImageStartBytes))) return true;
  unread_.add(relative(entry));
  ++by_extension_[extension];
  return false;
}

bool ImageFilter::takes_folder(const FolderEntry& entry) {
  if (!entry.is_folder()) return false;
  if (!is_litter(entry.name())) return true;
  hidden_folders_.add(relative(entry));
  return false;
}

std::vector<LeftOut> ImageFilter::left_out() const {
  std::vector<LeftOut> records;
  for (const LeftOut* record : {&unread_, &hidden_files_, &hidden_folders_}) {
    if (record->count > 0) records.push_back(*record);
  }
  if (unread_.count > 0) records.front().division = division(by_extension_);
  return records;
}

std::string ImageFilter::relative(const FolderEntry& entry) const {
  return entry.path.lexically_relative(root_).string();
}

}  // namespace dpac
