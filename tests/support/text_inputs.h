/// @file
/// Files for the command line's tests: a small BERT, its vocabulary and a few pairs of sentences.
#pragma once

#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace dpac::test {

/// What lies on top of the encoder.
enum class TextHead { classifier, score, none };

/// A folder with `weights.h5` (2 layers, 32 features, 2 heads, 24 positions, 50 word embeddings; the classes
/// entailment, neutral and contradiction), `vocab.txt` of 50 tokens, and `pairs.tsv` of `pairs` pairs with
/// their labels, or with scores. Sentences have 1 to 7 words, each a token.
struct TextInputs {
  explicit TextInputs(int pairs = 40, TextHead head = TextHead::classifier);

  [[nodiscard]] std::string file(const std::string& name) const { return (folder.path() / name).string(); }

  /// `command` --weights ... `more`.
  [[nodiscard]] std::vector<std::string> model(const std::string& command,
                                               const std::vector<std::string>& more) const;

  /// `command` --weights ... --data ... `more`.
  [[nodiscard]] std::vector<std::string> arguments(const std::string& command,
                                                   const std::vector<std::string>& more = {}) const;

  TempFolder folder;
  std::string weights, data;
  std::vector<std::string> heads;  ///< `--heads 2`, where the weights do not say it.
  double mean_tokens = 0;          ///< Of the pairs.
};

}  // namespace dpac::test
