#include "loaders/text/wordpiece.h"

#include <cstddef>
#include <string>

#include "loaders/unicode_text.h"

namespace dpac {
namespace {

bool is_longer(std::string_view word, int limit) {
  int length = 0;
  for (std::size_t at = 0; at < word.size() && length <= limit; ++length) next_code_point(word, at);
  return length > limit;
}

/// The ids of a piece between tokens that were found in the raw text.
void append_words(std::string_view text, const WordPieceTokenizer& tokenizer, std::vector<int32_t>& ids) {
  const std::string normalized = normalize_text(text, tokenizer.normalization);
  for (const TextPiece& piece : tokenizer.added.normalized().split(normalized)) {
    if (piece.token != nullptr) {
      ids.push_back(piece.token->id);
      continue;
    }
    for (const std::string_view word : split_words(piece.text)) append_pieces(word, tokenizer, ids);
  }
}

std::string without_invalid_bytes(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    if (next_code_point(text, at) != kNoCodePoint) valid.append(text.substr(start, at - start));
  }
  return valid;
}

}  // namespace

void append_pieces(std::string_view word, const WordPieceTokenizer& tokenizer, std::vector<int32_t>& ids) {
  const std::size_t ids_before = ids.size();
  bool covered = !is_longer(word, tokenizer.max_word_length);
  for (std::size_t at = 0; covered && at < word.size();) {
    const auto piece = tokenizer.vocabulary.longest_piece(word.substr(at), at == 0);
    covered = piece.length > 0;
    ids.push_back(piece.id);
    at += piece.length;
  }
  if (covered) return;
  ids.resize(ids_before);
  ids.push_back(tokenizer.special.unknown);
}

std::vector<int32_t> wordpiece_ids(std::string_view text, const WordPieceTokenizer& tokenizer) {
  const std::string valid = without_invalid_bytes(text);
  std::vector<int32_t> ids;
  for (const TextPiece& piece : tokenizer.added.raw().split(valid)) {
    piece.token == nullptr ? append_words(piece.text, tokenizer, ids) : ids.push_back(piece.token->id);
  }
  return ids;
}

}  // namespace dpac
