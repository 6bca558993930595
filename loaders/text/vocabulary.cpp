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
constexpr int64_t kSmallestPadding = 8, kLargestPadding = 128;
constexpr int64_t kUnusedRowsInHundred = 1;

bool is_later_piece(std::string_view token) {
  return token.starts_with(kLaterPrefix) && token.size() > kLaterPrefix.size();
}

bool is_bracketed(std::string_view token) {
  return token.starts_with('[') && token.ends_with(']');
}

/// Whether it has an upper-case letter. @throws Error if it is no UTF-8.
bool has_upper_case_letter(std::string_view token, const std::string& where) {
  bool upper_case = false;
  for (std::size_t at = 0; at < token.size();) {
    const char32_t code_point = next_code_point(token, at);
    if (code_point == kNoCodePoint) throw Error(fmt::format("{}: the token is no valid UTF-8", where));
    upper_case = upper_case || lower_case(code_point) != code_point;
  }
  return upper_case;
}

/// Lines of a data file may end with CR alone; here that would shift ids, and the reference does not part
/// lines there.
std::string_view take_token_line(std::string_view& text, const std::string& where) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) throw Error(fmt::format("{}: expected a token, found an empty line", where));
  if (line.find('\r') == std::string_view::npos) return line;
  throw Error(fmt::format("{}: expected one token a line, found a carriage return within the line", where));
}

/// Whether `rows` are what `tokens` are rounded up to.
bool is_padding(int64_t tokens, int64_t rows) {
  for (int64_t unit = kSmallestPadding; unit <= kLargestPadding; unit *= 2) {
    if ((tokens + unit - 1) / unit * unit == rows) return true;
  }
  return false;
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
    const std::string where = at_line(name, int64_t{vocabulary.size_} + 1);
    const std::string_view token = take_token_line(text, where);
    if (const auto known = vocabulary.add(token, vocabulary.size_, where)) {
      throw Error(fmt::format("{}: the token '{}' is already in line {}", where, token, *known + 1));
    }
  }
  return vocabulary;
}

Vocabulary Vocabulary::from_ids(const std::map<std::string, int64_t>& ids, const std::string& name) {
  Vocabulary vocabulary;
  std::map<int64_t, std::string_view> owners;
  for (const auto& [token, id] : ids) {
    const std::string where = fmt::format("{}: token '{}'", name, excerpt(token));
    if (token.empty()) throw Error(fmt::format("{}: expected tokens with text, found an empty one", name));
    if (id < 0 || id > kMaxId) {
      throw Error(fmt::format("{}: expected an id from 0 to {}, found {}", where, kMaxId, id));
    }
    if (const auto [owner, is_new] = owners.emplace(id, token); !is_new) {
      throw Error(fmt::format("{}: its id {} is also that of '{}'", where, id, excerpt(owner->second)));
    }
    vocabulary.add(token, static_cast<int32_t>(id), where);
  }
  return vocabulary;
}

std::optional<int32_t> Vocabulary::add(std::string_view token, int32_t id, const std::string& where) {
  const bool upper_case = has_upper_case_letter(token, where);
  has_upper_case_ = has_upper_case_ || (upper_case && !is_bracketed(token));
  const bool later = is_later_piece(token);
  Pieces& pieces = later ? later_ : first_;
  const std::string_view piece = later ? token.substr(kLaterPrefix.size()) : token;
  const auto [entry, is_new] = pieces.ids.emplace(piece, id);
  if (!is_new) return entry->second;
  pieces.longest = std::max(pieces.longest, piece.size());
  size_ = std::max(size_, id + 1);
  return std::nullopt;
}

std::optional<int32_t> Vocabulary::id(std::string_view token) const {
  const bool later = is_later_piece(token);
  const auto& ids = (later ? later_ : first_).ids;
  const auto found = ids.find(later ? token.substr(kLaterPrefix.size()) : token);
  if (found == ids.end()) return std::nullopt;
  return found->second;
}

std::map<int32_t, std::string> Vocabulary::by_id() const {
  std::map<int32_t, std::string> tokens;
  for (const auto& [piece, id] : first_.ids) tokens.emplace(id, piece);
  for (const auto& [piece, id] : later_.ids) tokens.emplace(id, std::string(kLaterPrefix) + piece);
  return tokens;
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

std::string check_embeddings(int64_t tokens, int64_t rows, const std::string& name) {
  if (tokens > rows) {
    throw Error(
        fmt::format("{}: has {} tokens, but the network has {} word embeddings; is it another network's?",
                    name, tokens, rows));
  }
  if (is_padding(tokens, rows) || (rows - tokens) * 100 <= rows * kUnusedRowsInHundred) return "";
  return fmt::format("{} has {} tokens, but the network has {} word embeddings: it may be another network's",
                     name, tokens, rows);
}

}  // namespace dpac
