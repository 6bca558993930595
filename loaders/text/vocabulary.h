/// @file
/// The tokens of a WordPiece tokeniser and their ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dpac {

class Vocabulary {
 public:
  /// No token's id is larger: no network has near as many embeddings; a larger one is damage.
  static constexpr int32_t kMaxId = 99'999'999;

  /// Reads a vocab.txt: one token a line, its id the line's number from 0. Lines end in LF or CRLF; a byte
  /// order mark is skipped; nothing else is stripped.
  /// @throws Error naming file and line for an empty line, a token given twice, one that is no UTF-8 or has a
  /// carriage return inside.
  static Vocabulary read(const std::filesystem::path& path);

  /// Does what read() does with a file's content; `name` stands for the path in messages.
  static Vocabulary from_text(std::string_view text, const std::string& name);

  /// A vocabulary whose tokens have ids of their own, with gaps perhaps; `name` begins messages.
  /// @throws Error for an empty token, one that is no UTF-8, an id below 0 or above kMaxId, and one that two
  /// tokens have.
  static Vocabulary from_ids(const std::map<std::string, int64_t>& ids, const std::string& name);

  /// One more than the largest id.
  [[nodiscard]] int32_t size() const { return size_; }

  /// The id of a whole token ("play", "##ing"), if it is in the vocabulary.
  [[nodiscard]] std::optional<int32_t> id(std::string_view token) const;

  /// The longest piece at the start of `text`, which is not empty: for `first`, a piece that begins words,
  /// else one that stands behind "##" in the file. Its length is 0 if there is none.
  struct Piece {
    std::size_t length = 0;
    int32_t id = 0;
  };
  [[nodiscard]] Piece longest_piece(std::string_view text, bool first) const;

  /// Whether any token but those in brackets has an upper-case letter.
  [[nodiscard]] bool has_upper_case() const { return has_upper_case_; }

  /// All tokens, whole, in the order of their ids.
  [[nodiscard]] std::map<int32_t, std::string> by_id() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Pieces {
    std::unordered_map<std::string, int32_t, Hash, std::equal_to<>> ids;
    std::size_t longest = 0;
  };

  /// The id that the token has already, if any.
  std::optional<int32_t> add(std::string_view token, int32_t id, const std::string& where);

  Pieces first_;
  Pieces later_;  // Without their "##".
  int32_t size_ = 0;
  bool has_upper_case_ = false;
};

/// Whether a vocabulary of `tokens` belongs to a network of `rows` word embeddings. Fewer tokens are fine
/// where the rows are the next multiple of 8, 16, ..., 128, to which embeddings are often padded, or up to
/// 1 % more.
/// @return a sentence about a vocabulary that is smaller than that, else nothing.
/// @throws Error if there are more tokens than rows; `name` is the vocabulary's.
std::string check_embeddings(int64_t tokens, int64_t rows, const std::string& name);

}  // namespace dpac
