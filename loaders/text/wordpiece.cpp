#include "loaders/text/wordpiece.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "loaders/unicode_text.h"

namespace dpac {
namespace {

constexpr std::array<std::string_view, 5> kSpecialTokens{"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"};

bool is_too_long(std::string_view word) {
  int length = 0;
  for (std::size_t at = 0; at < word.size() && length <= kMaxWordLength; ++length) next_code_point(word, at);
  return length > kMaxWordLength;
}

struct SpecialToken {
  std::size_t at = 0;
  std::size_t length = 0;
  int32_t id = 0;
};

/// The first one from `from` on.
std::optional<SpecialToken> find_special_token(std::string_view text, std::size_t from,
                                               const Vocabulary& vocabulary) {
  for (std::size_t at = text.find('[', from); at != std::string_view::npos; at = text.find('[', at + 1)) {
    const std::string_view rest = text.substr(at);
    const auto* const token = std::find_if(kSpecialTokens.begin(), kSpecialTokens.end(),
                                           [rest](std::string_view name) { return rest.starts_with(name); });
    if (token == kSpecialTokens.end()) continue;
    if (const auto id = vocabulary.id(*token)) return SpecialToken{at, token->size(), *id};
  }
  return std::nullopt;
}

void append_words(std::string_view text, const Vocabulary& vocabulary, Casing casing,
                  std::vector<int32_t>& ids) {
  const std::string normalized = normalize_text(text, casing);
  for (const std::string_view word : split_words(normalized)) append_pieces(word, vocabulary, ids);
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

void append_pieces(std::string_view word, const Vocabulary& vocabulary, std::vector<int32_t>& ids) {
  const std::size_t ids_before = ids.size();
  bool covered = !is_too_long(word);
  for (std::size_t at = 0; covered && at < word.size();) {
    const auto piece = vocabulary.longest_piece(word.substr(at), at == 0);
    covered = piece.length > 0;
    ids.push_back(piece.id);
    at += piece.length;
  }
  if (covered) return;
  ids.resize(ids_before);
  ids.push_back(vocabulary.special().unknown);
}

std::vector<int32_t> wordpiece_ids(std::string_view text, const Vocabulary& vocabulary, Casing casing) {
  const std::string valid = without_invalid_bytes(text);
  const std::string_view rest = valid;
  std::vector<int32_t> ids;
  std::size_t at = 0;
  while (const auto special = find_special_token(rest, at, vocabulary)) {
    append_words(rest.substr(at, special->at - at), vocabulary, casing, ids);
    ids.push_back(special->id);
    at = special->at + special->length;
  }
  append_words(rest.substr(at), vocabulary, casing, ids);
  return ids;
}

}  // namespace dpac
