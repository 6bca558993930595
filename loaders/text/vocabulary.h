/// @file
/// A WordPiece vocabulary: vocab.txt, one token a line, its id the line's number from 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dpac {

/// Ids of the tokens that stand for no text.
struct SpecialTokens {
  int32_t unknown = 0;          ///< [UNK]
  int32_t classify = 0;         ///< [CLS]
  int32_t separate = 0;         ///< [SEP]
  int32_t pad = 0;              ///< [PAD]
  std::optional<int32_t> mask;  ///< [MASK], which no classifier needs.
};

class Vocabulary {
 public:
  /// Lines end in LF or CRLF; a byte order mark is skipped; nothing else is stripped.
  /// @throws Error naming file and line for an empty line, a token given twice, one that is no UTF-8 or has a
  /// carriage return inside; naming the file if [UNK], [CLS], [SEP] or [PAD] is missing.
  static Vocabulary read(const std::filesystem::path& path);

  /// The same of a file's content; `name` stands for the path in messages.
  static Vocabulary from_text(std::string_view text, const std::string& name);

  [[nodiscard]] int32_t size() const { return size_; }
  [[nodiscard]] const SpecialTokens& special() const { return special_; }

  /// The id of a whole line ("play", "##ing"), if it is in the vocabulary.
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

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Pieces {
    std::unordered_map<std::string, int32_t, Hash, std::equal_to<>> ids;
    std::size_t longest = 0;
  };

  void add(std::string_view token, const std::string& where);
  void find_special_tokens(const std::string& name);

  Pieces first_;
  Pieces later_;  // Without their "##".
  int32_t size_ = 0;
  SpecialTokens special_;
  bool has_upper_case_ = false;
};

}  // namespace dpac
