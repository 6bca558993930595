#include "loaders/images/file_dataset.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/images/decode_image.h"
#include "loaders/read_file.h"

namespace dpac {

Image FileDataset::load(int64_t index) const {
  const std::filesystem::path& path = file(index).path;
  return decode_image(read_file(path), path.string());
}

bool has_image_extension(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::array<std::string_view, 3> kKnown = {".jpg", ".jpeg", ".png"};
  return std::find(kKnown.begin(), kKnown.end(), extension) != kKnown.end();
}

std::vector<std::filesystem::directory_entry> sorted_entries(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::directory_entry> entries;
  std::filesystem::directory_iterator next(folder, error);
  for (; !error && next != std::filesystem::directory_iterator(); next.increment(error))
    entries.push_back(*next);
  if (error) throw Error(fmt::format("{}: the folder cannot be read: {}", folder.string(), error.message()));
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.path().filename() < b.path().filename(); });
  return entries;
}

}  // namespace dpac
