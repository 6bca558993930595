/// @file
/// From the labels of a text file to targets. For the loaders' own use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/text/text_dataset.h"
#include "loaders/text/text_task.h"

namespace dpac {

class LabelReader {
 public:
  /// @throws Error if a spelling stands for nothing that is a label.
  LabelReader(const LabelRule& rule, std::optional<TextTask> task);

  /// @throws Error naming file and line if the label is none of the classes, or no finite number.
  [[nodiscard]] double target(std::string_view label, const std::string& file, int64_t line);

  /// Of the outputs; empty where none are known.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  /// What the targets given so far rest on, besides the file, in sentences.
  [[nodiscard]] std::vector<std::string> assumed() const;

 private:
  [[nodiscard]] std::optional<double> class_of(std::string_view label) const;
  [[nodiscard]] std::optional<double> numbered_class(int number) const;
  [[nodiscard]] std::optional<double> target_of(std::string_view label) const;
  [[nodiscard]] std::string expectation() const;
  [[nodiscard]] std::string cure() const;

  std::optional<int> classes_;
  std::vector<std::string> names_;
  std::vector<LabelSpelling> spellings_;
  const TextTaskTraits* task_ = nullptr;  // Whose classes are as many as the network's outputs.
  bool names_are_assumed_ = false;        // The task's, for the network does not say any.
  std::vector<int> by_number_;            // Outputs by the task's numbers, where its order is another one.
  bool any_number_ = false;               // Among the labels given so far.
};

}  // namespace dpac
