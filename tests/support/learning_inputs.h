/// @file
/// Files for tests of `learn`, `search` and `table`.
#pragma once

#include <string>
#include <vector>

#include "tests/support/cli_inputs.h"

namespace dpac::test {

/// A random network, and images that it classifies without a fault: their labels are its own predictions.
struct LearningInputs {
  LearningInputs();

  /// `command` --weights ... --train-data ... `more`, with few and small batches unless `more` says
  /// otherwise about `--steps`.
  [[nodiscard]] std::vector<std::string> arguments(const std::string& command,
                                                   const std::vector<std::string>& more) const;

  CliInputs inputs;
  std::string train, judge;  ///< Images to learn on, others to judge by.
};

}  // namespace dpac::test
