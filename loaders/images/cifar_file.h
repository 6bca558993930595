/// @file
/// One file of CIFAR's binary form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/pixels/image.h"

namespace dpac {

/// What a record begins with, before its 3 planes of 32x32 bytes.
struct CifarForm {
  std::string_view name;
  std::size_t label_bytes = 0;  ///< CIFAR-100 has a coarse label, then a fine one.
  std::size_t label_at = 0;     ///< Which of them is taken.
  int classes = 0;

  [[nodiscard]] std::size_t record_bytes() const { return label_bytes + std::size_t{3} * 32 * 32; }

  friend bool operator==(const CifarForm&, const CifarForm&) = default;
};

inline constexpr CifarForm kCifar10 = {"CIFAR-10", 1, 0, 10};
inline constexpr CifarForm kCifar100 = {"CIFAR-100", 2, 1, 100};
inline constexpr CifarForm kCifar100Coarse = {"CIFAR-100", 2, 0, 20};

/// Whether a file of so many bytes is a whole number of records, at least one: of 3073 bytes with one label
/// (CIFAR-10), or of 3074 with a coarse and a fine one (CIFAR-100).
bool is_cifar_size(int64_t bytes);

/// Consecutive records, in memory.
class CifarFile {
 public:
  /// Its size tells the form, and its labels where both sizes fit. CIFAR-100 has its coarse labels for
  /// `outputs` of 20. @throws Error if it is no whole number of records, or a label is no class.
  CifarFile(const std::filesystem::path& path, std::optional<int> outputs);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const CifarForm& form() const { return form_; }
  [[nodiscard]] int64_t size() const;
  [[nodiscard]] int label(int64_t i) const { return record(i)[form_.label_at]; }
  [[nodiscard]] Image image(int64_t i) const;

 private:
  [[nodiscard]] const uint8_t* record(int64_t i) const;

  std::string name_;
  std::vector<uint8_t> bytes_;
  CifarForm form_;
};

}  // namespace dpac
