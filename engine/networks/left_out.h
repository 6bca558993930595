/// @file
/// What was not taken from an input, so that nothing is left out without a word.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dpac {

/// Things of one sort that were left out: files of a folder, rows of a table, tensors of a checkpoint.
struct LeftOut {
  /// Sort and reason, beginning with a plural in -s: "files of formats not read".
  std::string what;
  int64_t count = 0;
  /// The first of them, kMostExamples at most, as the input names them.
  std::vector<std::string> examples = {};
  /// How the count divides, ".bmp 1, .webp 1"; empty where it does not.
  std::string division = {};

  static constexpr std::size_t kMostExamples = 5;

  /// Counts one more.
  void add(const std::string& example) {
    ++count;
    if (examples.size() < kMostExamples) examples.push_back(example);
  }

  friend bool operator==(const LeftOut&, const LeftOut&) = default;
};

}  // namespace dpac
