/// @file
/// Which number each class folder, or each name of a class, stands for.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/images/dataset.h"

namespace dpac {

/// Names of classes and their numbers, from a file of read_name_table().
class ClassMap {
 public:
  /// @throws Error if it cannot be read, or a class is no number from 0 to kMaxLabel.
  explicit ClassMap(const std::filesystem::path& file);

  /// @throws Error naming `where` and the map if it lacks the name.
  [[nodiscard]] int number_of(const std::string& name, const std::string& where) const;

 private:
  std::string file_;
  std::map<std::string, int, std::less<>> numbers_;
};

/// What decides on the numbers of classes.
struct ClassRule {
  std::optional<ClassMap> map = {};
  int label_offset = 0;             ///< What is added to each number afterwards.
  std::optional<int> outputs = {};  ///< Of the network, where they are known.
};

/// Numbers of class folders, in the order of their names.
struct ClassNumbers {
  std::vector<int> numbers;
  LabelSource source = LabelSource::sorted;
  std::string notice = {};  ///< What may surprise; empty for nothing.
};

/// By the map if there is one. Otherwise names that are all different plain numbers, with leading zeros or
/// without, are the classes themselves if every one of them, label_offset added, is an output of the network
/// (below the number of names where the outputs are unknown). All else is numbered by position: `names` are
/// sorted. `folder` stands for the data set in messages.
/// @throws Error if the map lacks a name.
ClassNumbers number_classes(const std::vector<std::string>& names, const ClassRule& rule,
                            const std::string& folder);

}  // namespace dpac
