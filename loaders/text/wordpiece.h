/// @file
/// WordPiece: words to ids of a vocabulary.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "loaders/text/basic_tokenizer.h"
#include "loaders/text/vocabulary.h"

namespace dpac {

/// A longer word, in code points, is one [UNK].
inline constexpr int kMaxWordLength = 100;

/// Appends the pieces of one word of split_words(): the longest one at its start, then the longest one after
/// that, and so on; a single [UNK] if they do not cover the word.
void append_pieces(std::string_view word, const Vocabulary& vocabulary, std::vector<int32_t>& ids);

/// The ids of a text of any bytes and any length, without [CLS] and [SEP] around it. Bytes that are no UTF-8
/// are dropped first. "[UNK]", "[CLS]", "[SEP]", "[PAD]" and "[MASK]" written out in the text become those
/// tokens, as in the reference. A text of white space only, or none, has no ids.
std::vector<int32_t> wordpiece_ids(std::string_view text, const Vocabulary& vocabulary, Casing casing);

}  // namespace dpac
