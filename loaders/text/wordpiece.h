/// @file
/// WordPiece: texts to ids of a vocabulary.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/text/added_tokens.h"
#include "loaders/text/basic_tokenizer.h"
#include "loaders/text/vocabulary.h"

namespace dpac {

/// A longer word, in code points, is unknown, unless a tokeniser says otherwise.
inline constexpr int kMaxWordLength = 100;

/// Ids of the tokens that stand for no text.
struct SpecialTokens {
  int32_t unknown = 0;   ///< [UNK]
  int32_t classify = 0;  ///< [CLS]
  int32_t separate = 0;  ///< [SEP]
  int32_t pad = 0;       ///< [PAD]
};

/// All that a BERT's tokeniser consists of; open_tokenizer() reads one.
struct WordPieceTokenizer {
  Vocabulary vocabulary;
  Normalization normalization;
  SpecialTokens special;
  AddedTokens added;
  int max_word_length = kMaxWordLength;
  int32_t size = 0;  ///< One more than the largest id, added tokens included.
};

/// Appends the pieces of one word of split_words(): the longest one at its start, then the longest one after
/// that, and so on; a single [UNK] if they do not cover the word.
void append_pieces(std::string_view word, const WordPieceTokenizer& tokenizer, std::vector<int32_t>& ids);

/// The ids of a text of any bytes and any length, without [CLS] and [SEP] around it. Bytes that are no UTF-8
/// are dropped first. Added tokens written out in the text, special ones too, become those tokens, as in the
/// reference. A text of white space only, or none, has no ids.
std::vector<int32_t> wordpiece_ids(std::string_view text, const WordPieceTokenizer& tokenizer);

}  // namespace dpac
