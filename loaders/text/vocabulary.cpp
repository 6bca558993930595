#include "loaders/text/vocabulary.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/read_file.h"
#include "loaders/text_lines.h"
#include "loaders/unicode_text.h"

namespace dpac {
namespace {

constexpr std::string_view kLaterPrefix = "##";

bool is_later_piece(std::string_view token) {
  return token.starts_with(kLaterPrefix) && token.size() > kLaterPrefix.size();
}

bool is_bracketed(std::string_view token) {
  return token.starts_with('[') && token.ends_with(']');
}

/// Whether it has an upper-case letter. @throws Error if it is no token.
bool check_token(std::string_view token, const std::string& where) {
  if (token.empty()) throw Error(fmt::format("{}: expected a token, found an empty line", where));
  bool upper_case = false;
  for (std::size_t at = 0; at < token.size();) {
    const char32_t code_point = next_code_point(token, at);
    if (code_point == kNoCodePoint) throw Error(fmt::format("{}: the token is no valid UTF-8", where));
    if (code_point == '\r') {
      throw Error(
          fmt::format("{}: expected one token a line, found a carriage return within the line", where));
    }
    upper_case = upper_case || lower_case(code_point) != code_point;
  }
  return upper_case;
}

}  // namespace

Vocabulary Vocabulary::read(const std::filesystem::path& path) {
  const std::vector<uint8_t> bytes = read_file(path);
  return from_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

Vocabulary Vocabulary::from_text(std::string_view text, const std::string& name) {
  text = without_byte_order_mark(text);
  Vocabulary vocabulary;
  while (!text.empty()) {
    const std::string_view token = take_line(text);
    vocabulary.add(token, fmt::format("{}: line {}", name, vocabulary.size_ + 1));
  }
  vocabulary.find_special_tokens(name);
  return vocabulary;
}

void Vocabulary::add(std::string_view token, const std::string& where) {
  const bool upper_case = check_token(token, where);
  has_upper_case_ = has_upper_case_ || (upper_case && !is_bracketed(token));
  const bool later = is_later_piece(token);
  Pieces& pieces = later ? later_ : first_;
  const std::string_view piece = later ? token.substr(kLaterPrefix.size()) : token;
  const auto [entry, is_new] = pieces.ids.emplace(piece, size_);
  if (!is_new) {
    throw Error(fmt::format("{}: the token '{}' is already in line {}", where, token, entry->second + 1));
  }
  pieces.longest = std::max(pieces.longest, piece.size());
  ++size_;
}

void Vocabulary::find_special_tokens(const std::string& name) {
  const auto needed = [&](std::string_view token) {
    if (const auto found = id(token)) return *found;
    throw Error(fmt::format("{}: expected a WordPiece vocabulary, found no line {} among its {}", name, token,
                            size_));
  };
  special_ = {.unknown = needed("[UNK]"),
              .classify = needed("[CLS]"),
              .separate = needed("[SEP]"),
              .pad = needed("[PAD]"),
              .mask = id("[MASK]")};
}

std::optional<int32_t> Vocabulary::id(std::string_view token) const {
  const bool later = is_later_piece(token);
  const auto& ids = (later ? later_ : first_).ids;
  const auto found = ids.find(later ? token.substr(kLaterPrefix.size()) : token);
  if (found == ids.end()) return std::nullopt;
  return found->second;
}

Vocabulary::Piece Vocabulary::longest_piece(std::string_view text, bool first) const {
  const Pieces& pieces = first ? first_ : later_;
  for (std::size_t length = std::min(text.size(), pieces.longest); length > 0; --length) {
    // Pieces are whole characters, so one that ends within a character of valid UTF-8 is never found.
    const auto found = pieces.ids.find(text.substr(0, length));
    if (found != pieces.ids.end()) return {length, found->second};
  }
  return {};
}

}  // namespace dpac
