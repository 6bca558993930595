#include "loaders/images/cifar.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/read_file.h"

namespace dpac {
namespace {

constexpr int kSide = 32;
constexpr std::size_t kPlane = kSide * kSide;
constexpr int kClasses = 10;

/// One file: consecutive records.
class CifarFile {
 public:
  explicit CifarFile(const std::filesystem::path& path) : name_(path.string()), bytes_(read_file(path)) {
    const auto count = static_cast<int64_t>(bytes_.size());
    if (count == 0 || count % kCifarRecordBytes != 0) {
      throw Error(fmt::format("{}: expected CIFAR-10 records of {} bytes, found {} bytes in all", name_,
                              kCifarRecordBytes, count));
    }
    for (int64_t i = 0; i < size(); ++i) {
      if (label(i) < kClasses) continue;
      throw Error(fmt::format("{}: expected labels from 0 to 9, found {} in record {}", name_, label(i), i));
    }
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int64_t size() const { return static_cast<int64_t>(bytes_.size()) / kCifarRecordBytes; }
  [[nodiscard]] int label(int64_t i) const { return *record(i); }

  [[nodiscard]] Image image(int64_t i) const {
    Image out{kSide, kSide, 3, std::vector<uint8_t>(3 * kPlane)};
    const uint8_t* planes = record(i) + 1;
    for (std::size_t p = 0; p < kPlane; ++p) {
      for (std::size_t c = 0; c < 3; ++c) out.pixels[3 * p + c] = planes[c * kPlane + p];
    }
    return out;
  }

 private:
  [[nodiscard]] const uint8_t* record(int64_t i) const { return bytes_.data() + i * kCifarRecordBytes; }

  std::string name_;
  std::vector<uint8_t> bytes_;
};

class CifarDataset final : public ImageDataset {
 public:
  explicit CifarDataset(const std::vector<std::filesystem::path>& files) {
    for (const auto& file : files) {
      ends_.push_back(size() + files_.emplace_back(file).size());
    }
  }

  [[nodiscard]] int64_t size() const override { return ends_.empty() ? 0 : ends_.back(); }
  [[nodiscard]] int classes() const override { return kClasses; }
  [[nodiscard]] bool holds_files() const override { return false; }
  [[nodiscard]] int label(int64_t index) const override {
    const auto [file, i] = find(index);
    return file.label(i);
  }
  [[nodiscard]] Image load(int64_t index) const override {
    const auto [file, i] = find(index);
    return file.image(i);
  }
  [[nodiscard]] std::string name(int64_t index) const override {
    const auto [file, i] = find(index);
    return fmt::format("{}[{}]", file.name(), i);
  }

 private:
  struct Place {
    const CifarFile& file;
    int64_t index;
  };

  [[nodiscard]] Place find(int64_t index) const {
    const auto n =
        static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin());
    return {files_.at(n), index - (n == 0 ? 0 : ends_[n - 1])};
  }

  std::vector<CifarFile> files_;
  std::vector<int64_t> ends_;  ///< ends_[n]: samples in files 0 .. n.
};

}  // namespace

std::unique_ptr<ImageDataset> open_cifar(const std::vector<std::filesystem::path>& files) {
  return std::make_unique<CifarDataset>(files);
}

}  // namespace dpac
