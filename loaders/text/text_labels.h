/// @file
/// From the labels of a text file to targets. For the loaders' own use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/text/text_dataset.h"

namespace dpac {

class LabelReader {
 public:
  LabelReader(const LabelRule& rule, std::optional<TextTask> task);

  /// @throws Error naming file and line if the label is none of the classes, or no finite number.
  [[nodiscard]] double target(std::string_view label, const std::string& file, int64_t line) const;

 private:
  [[nodiscard]] std::optional<double> class_of(std::string_view label) const;
  [[nodiscard]] std::string expectation() const;

  std::optional<int> classes_;
  std::vector<std::string> names_;
};

}  // namespace dpac
