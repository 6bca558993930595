#include "loaders/images/cifar_file.h"

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/read_file.h"

namespace dpac {
namespace {

constexpr int kSide = 32;
constexpr std::size_t kPlane = kSide * kSide;

bool is_whole(std::size_t bytes, const CifarForm& form) {
  return bytes > 0 && bytes % form.record_bytes() == 0;
}

/// All labels are CIFAR-10's, which those of 3074 records of CIFAR-100 hardly look like by chance.
bool has_labels_of_cifar10(const std::vector<uint8_t>& bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += kCifar10.record_bytes()) {
    if (bytes[at] >= kCifar10.classes) return false;
  }
  return true;
}

CifarForm form_of(const std::vector<uint8_t>& bytes, std::optional<int> outputs, const std::string& name) {
  const bool ten = is_whole(bytes.size(), kCifar10);
  const bool hundred = is_whole(bytes.size(), kCifar100);
  if (!ten && !hundred) {
    throw Error(fmt::format(
        "{}: expected CIFAR-10 records of {} bytes or CIFAR-100 records of {}, found {} bytes in all", name,
        kCifar10.record_bytes(), kCifar100.record_bytes(), bytes.size()));
  }
  if (ten && (!hundred || has_labels_of_cifar10(bytes))) return kCifar10;
  return outputs == kCifar100Coarse.classes ? kCifar100Coarse : kCifar100;
}

}  // namespace

CifarFile::CifarFile(const std::filesystem::path& path, std::optional<int> outputs)
    : name_(path.string()), bytes_(read_file(path)), form_(form_of(bytes_, outputs, name_)) {
  for (int64_t i = 0; i < size(); ++i) {
    if (label(i) < form_.classes) continue;
    throw Error(fmt::format("{}: expected labels from 0 to {} of {}, found {} in record {}", name_,
                            form_.classes - 1, form_.name, label(i), i));
  }
}

int64_t CifarFile::size() const {
  return static_cast<int64_t>(bytes_.size() / form_.record_bytes());
}

const uint8_t* CifarFile::record(int64_t i) const {
  return bytes_.data() + static_cast<std::size_t>(i) * form_.record_bytes();
}

Image CifarFile::image(int64_t i) const {
  Image out{kSide, kSide, 3, std::vector<uint8_t>(3 * kPlane)};
  const uint8_t* planes = record(i) + form_.label_bytes;
  for (std::size_t p = 0; p < kPlane; ++p) {
    for (std::size_t c = 0; c < 3; ++c) out.pixels[3 * p + c] = planes[c * kPlane + p];
  }
  return out;
}

bool is_cifar_size(int64_t bytes) {
  const auto size = static_cast<std::size_t>(bytes);
  return is_whole(size, kCifar10) || is_whole(size, kCifar100);
}

}  // namespace dpac
