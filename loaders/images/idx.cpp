#include "loaders/images/idx.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/checked_size.h"
#include "loaders/inflate.h"
#include "loaders/read_file.h"

namespace dpac {
namespace {

constexpr std::size_t kMagicBytes = 4;
constexpr uint8_t kUint8 = 0x08;

/// How the two files of a pair are called: exchange one word for the other.
struct PairNames {
  std::string_view images;
  std::string_view labels;
};
constexpr std::array<PairNames, 2> kPairNames = {
    {{"images-idx3", "labels-idx1"}, {"images.idx3", "labels.idx1"}}};

/// One file: uint8 elements, row-major.
struct IdxArray {
  std::string name;
  Shape shape;
  std::vector<uint8_t> bytes;  ///< The whole file, header included.
  [[nodiscard]] std::size_t header_bytes() const { return kMagicBytes * (1 + shape.size()); }
};

Shape read_shape(std::span<const uint8_t> header, std::size_t rank) {
  Shape shape;
  for (std::size_t d = 0; d < rank; ++d) {
    int64_t dim = 0;
    for (std::size_t i = 0; i < 4; ++i) dim = dim * 256 + header[kMagicBytes + 4 * d + i];
    shape.push_back(dim);
  }
  return shape;
}

IdxArray read_idx(const std::filesystem::path& path, uint8_t rank) {
  IdxArray array{path.string(), {}, read_file(path)};
  const std::size_t header_bytes = kMagicBytes * (1u + rank);
  const bool packed = is_gzip_start(array.bytes);
  const std::span<const uint8_t> start =
      std::span(array.bytes).first(std::min(array.bytes.size(), header_bytes));
  const auto header = packed ? inflate_gzip_start(array.bytes, header_bytes, array.name)
                             : std::vector<uint8_t>(start.begin(), start.end());
  if (!is_idx_start(header) || header[3] != rank || header.size() < header_bytes) {
    throw Error(fmt::format("{}: expected an IDX file of uint8 {} ({} dimensions)", array.name,
                            rank == 1 ? "labels" : "images", rank));
  }
  array.shape = read_shape(header, rank);
  const auto declared = checked_bytes(array.shape, 1);
  if (packed) {
    const auto header_size = static_cast<int64_t>(header_bytes);
    const int64_t elements = declared.value_or(INT64_MAX);
    array.bytes =
        inflate_gzip(array.bytes, elements + std::min(INT64_MAX - elements, header_size), array.name);
  }
  const auto found = static_cast<int64_t>(array.bytes.size() - array.header_bytes());
  if (declared != found) {
    throw Error(fmt::format("{}: the header declares uint8 {}, found {} bytes behind it", array.name,
                            to_string(array.shape), found));
  }
  return array;
}

class IdxDataset final : public ImageDataset {
 public:
  IdxDataset(IdxArray images, IdxArray labels) : images_(std::move(images)), labels_(std::move(labels)) {
    if (images_.shape[0] != labels_.shape[0]) {
      throw Error(fmt::format("{}: holds {} images, but {} holds {} labels", images_.name, images_.shape[0],
                              labels_.name, labels_.shape[0]));
    }
    if (element_count(images_.shape) == 0) throw Error(fmt::format("{}: holds no pixels", images_.name));
    if (images_.shape[1] > kMaxImagePixels / images_.shape[2]) {
      throw Error(fmt::format("{}: images of {} x {} pixels are larger than the {} allowed", images_.name,
                              images_.shape[2], images_.shape[1], kMaxImagePixels));
    }
    classes_ = 1 + *std::max_element(label_bytes(), label_bytes() + size());
  }

  [[nodiscard]] int64_t size() const override { return images_.shape[0]; }
  [[nodiscard]] int label(int64_t index) const override { return label_bytes()[index]; }
  [[nodiscard]] int classes() const override { return classes_; }
  [[nodiscard]] bool holds_files() const override { return false; }
  [[nodiscard]] DatasetReport report() const override { return {.path = images_.name}; }
  [[nodiscard]] std::string name(int64_t index) const override {
    return fmt::format("{}[{}]", images_.name, index);
  }
  [[nodiscard]] Image load(int64_t index) const override {
    const int64_t pixels = images_.shape[1] * images_.shape[2];
    const uint8_t* begin = images_.bytes.data() + images_.header_bytes() + index * pixels;
    return {static_cast<int>(images_.shape[1]), static_cast<int>(images_.shape[2]), 1,
            std::vector<uint8_t>(begin, begin + pixels)};
  }

 private:
  [[nodiscard]] const uint8_t* label_bytes() const { return labels_.bytes.data() + labels_.header_bytes(); }

  IdxArray images_;
  IdxArray labels_;
  int classes_ = 0;
};

/// `path` with the last `from` of its name replaced by `to`; unset without one.
std::optional<std::filesystem::path> renamed(const std::filesystem::path& path, std::string_view from,
                                             std::string_view to) {
  std::string name = path.filename().string();
  const std::size_t at = name.rfind(from);
  if (at == std::string::npos) return std::nullopt;
  return path.parent_path() / name.replace(at, from.size(), to);
}

/// The file itself, or its twin with .gz added or taken away.
std::optional<std::filesystem::path> existing_twin(const std::filesystem::path& path) {
  std::error_code ignored;  // What cannot be looked at is as good as absent.
  if (std::filesystem::exists(path, ignored)) return path;
  auto twin = path;
  path.extension() == ".gz" ? twin.replace_extension() : twin += ".gz";
  if (std::filesystem::exists(twin, ignored)) return twin;
  return std::nullopt;
}

std::filesystem::path partner_of(const std::filesystem::path& path, std::string_view PairNames::*own,
                                 std::string_view PairNames::*other) {
  for (const PairNames& names : kPairNames) {
    const auto partner = renamed(path, names.*own, names.*other);
    if (!partner) continue;
    if (const auto found = existing_twin(*partner)) return *found;
    throw Error(fmt::format("{}: expected its other half '{}' (or with .gz) beside it, found none",
                            path.string(), partner->filename().string()));
  }
  throw Error(fmt::format("{}: expected an IDX file called '...{}...', to find the other half of the pair by",
                          path.string(), kPairNames[0].*own));
}

/// The rank in the header, which tells images from labels.
uint8_t idx_rank(const std::filesystem::path& file) {
  auto start = read_file_start(file, 4096);
  if (is_gzip_start(start)) start = inflate_gzip_start(start, kMagicBytes, file.string());
  return start.size() >= kMagicBytes ? start[3] : uint8_t{0};
}

}  // namespace

bool is_idx_start(std::span<const uint8_t> start) {
  return start.size() >= kMagicBytes && start[0] == 0 && start[1] == 0 && start[2] == kUint8 &&
         (start[3] == 1 || start[3] == 3);
}

std::unique_ptr<ImageDataset> open_idx(const std::filesystem::path& file) {
  const bool labels_given = idx_rank(file) == 1;
  const auto images = labels_given ? partner_of(file, &PairNames::labels, &PairNames::images) : file;
  const auto labels = labels_given ? file : partner_of(file, &PairNames::images, &PairNames::labels);
  return std::make_unique<IdxDataset>(read_idx(images, 3), read_idx(labels, 1));
}

std::vector<std::filesystem::path> idx_pairs(const std::vector<FolderEntry>& entries) {
  std::vector<std::filesystem::path> images;
  for (const auto& entry : entries) {
    const std::string name = entry.name();
    const bool named = std::any_of(kPairNames.begin(), kPairNames.end(), [&](const PairNames& names) {
      return name.find(names.images) != std::string::npos;
    });
    // A plain file sorts right before its compressed twin.
    const bool twin = !images.empty() && name == images.back().filename().string() + ".gz";
    if (named && !twin && entry.is_file() && !is_litter(name)) images.push_back(entry.path);
  }
  return images;
}

}  // namespace dpac
