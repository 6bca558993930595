/// @file
/// The reference tokeniser's results in tests/golden/tokens (made by make_tokens.py).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loaders/hdf5/hdf5_file.h"
#include "loaders/text/basic_tokenizer.h"

namespace dpac::test {

/// A dataset of integers cut into lists, list i ending before `ends`[i].
std::vector<std::vector<int32_t>> lists_of(const Hdf5File& file, const std::string& values,
                                           const std::string& ends);

/// Every line of tokens.h5, as bytes.
std::vector<std::string> token_lines(const Hdf5File& file);

/// "cased" or "uncased", the groups' names.
inline std::string name_of(Casing casing) {
  return casing == Casing::cased ? "cased" : "uncased";
}

}  // namespace dpac::test
