/// @file
/// Tokens that are split out of a text before it is split into words: special ones such as [MASK], and those
/// that somebody has added to a vocabulary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/text/basic_tokenizer.h"

namespace dpac {

/// What Hugging Face's AddedToken says. Its `special` matters to decoding only and is not kept.
struct AddedToken {
  std::string content;
  int32_t id = 0;
  bool single_word = false;  ///< Not within a longer word.
  bool strip_left = false;   ///< White space before it belongs to it (`lstrip`).
  bool strip_right = false;  ///< White space behind it belongs to it (`rstrip`).
  bool normalized = false;   ///< Looked for in the normalised text, by its normalised content.

  friend bool operator==(const AddedToken&, const AddedToken&) = default;
};

/// A piece of text, or a token in place of one.
struct TextPiece {
  std::string_view text;
  const AddedToken* token = nullptr;  ///< Set: `text` is what it stands for.
};

/// Finds tokens in text: leftmost first, and of those that begin at one place the longest. Takes time
/// proportional to the text's length times the number of different lengths of tokens that begin with one
/// byte.
class TokenFinder {
 public:
  /// Looks for `tokens` by their `content`; of two with the same one, for the first. Empty ones are never
  /// found.
  explicit TokenFinder(const std::vector<AddedToken>& tokens = {});

  /// `text`, which is valid UTF-8, in pieces that make up all of it; the tokens point into this.
  [[nodiscard]] std::vector<TextPiece> split(std::string_view text) const;

 private:
  [[nodiscard]] const AddedToken* token_at(std::string_view text) const;

  std::map<std::string, AddedToken, std::less<>> tokens_;  // By content.
  std::vector<std::vector<std::size_t>> lengths_;          // By first byte; from the longest.
};

/// The added tokens of one tokeniser.
class AddedTokens {
 public:
  AddedTokens() = default;

  /// Those with `normalized` are normalised by `how`.
  AddedTokens(const std::vector<AddedToken>& tokens, const Normalization& how);

  /// Those found in a text as it is.
  [[nodiscard]] const TokenFinder& raw() const { return raw_; }

  /// Those found in the pieces that raw() leaves, once they are normalised.
  [[nodiscard]] const TokenFinder& normalized() const { return normalized_; }

 private:
  TokenFinder raw_, normalized_;
};

}  // namespace dpac
