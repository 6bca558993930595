#include "loaders/text/added_tokens.h"

#include <algorithm>
#include <utility>

#include "loaders/unicode_text.h"

namespace dpac {
namespace {

constexpr std::size_t kBytes = 256;

/// Where the character before `at` begins.
std::size_t previous(std::string_view text, std::size_t at) {
  const auto is_later_byte = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; };
  do --at;
  while (at > 0 && is_later_byte(text[at]));
  return at;
}

char32_t code_point_at(std::string_view text, std::size_t at) {
  return next_code_point(text, at);
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  const bool word_before = begin > 0 && is_word_character(code_point_at(text, previous(text, begin)));
  const bool word_behind = end < text.size() && is_word_character(code_point_at(text, end));
  return !word_before && !word_behind;
}

/// Moves `begin` to the left over white space, not further than `limit`.
std::size_t blanks_before(std::string_view text, std::size_t begin, std::size_t limit) {
  while (begin > limit) {
    const std::size_t at = previous(text, begin);
    if (!is_white_space(code_point_at(text, at))) break;
    begin = at;
  }
  return begin;
}

std::size_t blanks_behind(std::string_view text, std::size_t end) {
  for (std::size_t at = end; at < text.size(); end = at) {
    if (!is_white_space(next_code_point(text, at))) break;
  }
  return end;
}

}  // namespace

TokenFinder::TokenFinder(const std::vector<AddedToken>& tokens) : lengths_(kBytes) {
  for (const AddedToken& token : tokens) {
    const std::size_t length = token.content.size();
    if (length == 0 || !tokens_.emplace(token.content, token).second) continue;
    auto& lengths = lengths_[static_cast<unsigned char>(token.content.front())];
    const auto place = std::lower_bound(lengths.begin(), lengths.end(), length, std::greater<>());
    if (place == lengths.end() || *place != length) lengths.insert(place, length);
  }
}

const AddedToken* TokenFinder::token_at(std::string_view text) const {
  for (const std::size_t length : lengths_[static_cast<unsigned char>(text.front())]) {
    if (length > text.size()) continue;
    const auto found = tokens_.find(text.substr(0, length));
    if (found != tokens_.end()) return &found->second;
  }
  return nullptr;
}

std::vector<TextPiece> TokenFinder::split(std::string_view text) const {
  std::vector<TextPiece> pieces;
  std::size_t done = 0;
  for (std::size_t at = 0; at < text.size();) {
    const AddedToken* token = token_at(text.substr(at));
    const std::size_t end = token == nullptr ? at + 1 : at + token->content.size();
    // One that is found within a word hides what else begins there, as in the reference.
    if (token != nullptr && (!token->single_word || stands_alone(text, at, end))) {
      const std::size_t begin = std::max(done, token->strip_left ? blanks_before(text, at, done) : at);
      if (begin > done) pieces.push_back({.text = text.substr(done, begin - done)});
      done = std::max(begin, token->strip_right ? blanks_behind(text, end) : end);
      pieces.push_back({.text = text.substr(begin, done - begin), .token = token});
    }
    at = end;
  }
  if (done < text.size()) pieces.push_back({.text = text.substr(done)});
  return pieces;
}

AddedTokens::AddedTokens(const std::vector<AddedToken>& tokens, const Normalization& how) {
  std::vector<AddedToken> raw, normalized;
  for (AddedToken token : tokens) {
    if (token.normalized) token.content = normalize_text(token.content, how);
    auto& found_in = token.normalized ? normalized : raw;
    found_in.push_back(std::move(token));
  }
  raw_ = TokenFinder(raw);
  normalized_ = TokenFinder(normalized);
}

}  // namespace dpac
