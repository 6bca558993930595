/// @file
/// What a network that reads text reads.
#pragma once

#include <cstdint>
#include <span>

namespace dpac {

/// One sequence of tokens, as a tokeniser gives it (loaders/text/encode_text.h).
struct TokenSequence {
  std::span<const int32_t> ids;    ///< Rows of the word embeddings.
  std::span<const int32_t> types;  ///< As many; rows of the type embeddings.
  /// Tokens before the padding, at least 1. Padding is computed like any token, but not attended to.
  int64_t real = 0;

  [[nodiscard]] int64_t length() const { return static_cast<int64_t>(ids.size()); }
};

/// A sequence of a run, side by side with others.
struct PlacedSequence {
  TokenSequence tokens;
  int64_t sample = 0;    ///< Index in the data set.
  int64_t first = 0;     ///< Its first pixel.
  int64_t position = 0;  ///< Where in the output its logits go.
};

}  // namespace dpac
