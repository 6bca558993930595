/// @file
/// Results of every command whose results are shown, on a small network.
#pragma once

#include <string>
#include <vector>

#include "tests/support/learning_inputs.h"

namespace dpac::test {

/// Runs the commands under each of the noises, with and without a hit.
struct EveryResult {
  EveryResult();

  LearningInputs inputs;
  std::vector<std::string> json_files;
  std::string text;  ///< All that they printed, on stdout and stderr.
};

}  // namespace dpac::test
