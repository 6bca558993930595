/// @file
/// Sentences, or pairs of them, as a BERT network takes them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "loaders/text/tokenizer_files.h"
#include "loaders/text/wordpiece.h"

namespace dpac {

/// [CLS] A [SEP], or [CLS] A [SEP] B [SEP], then [PAD]s if asked for.
struct EncodedText {
  std::vector<int32_t> ids;
  std::vector<int32_t> token_types;  ///< 1 for B and its [SEP], else 0; as many as ids.
  int32_t real_tokens = 0;           ///< Ids before the padding.
  bool truncated = false;            ///< Something of the text was cut off.
};

/// How many tokens of each sentence of a pair are kept.
struct PairLengths {
  int64_t first = 0;
  int64_t second = 0;
};

/// At most `budget` in all, "longest first" as Hugging Face's fast tokenisers do it: only the longer one is
/// cut while that is enough; else both to half the budget, and one more for the second of two sentences as
/// long as each other, or for the longer one, if the budget is odd. (google-research/bert gives that one to
/// the first in a tie.)
PairLengths truncate_pair(PairLengths lengths, int64_t budget);

/// Encodes text by one tokeniser. Its methods may be called from several threads.
///
///     const auto encoder = TextEncoder::open("bert/vocab.txt");
///     const EncodedText pair = encoder.encode("A man sleeps.", "Nobody is awake.", 128);
class TextEncoder {
 public:
  explicit TextEncoder(WordPieceTokenizer tokenizer);

  /// With the tokeniser of open_tokenizer(). @throws Error as that.
  static TextEncoder open(const std::filesystem::path& vocabulary_path, std::optional<Casing> casing = {});

  [[nodiscard]] const WordPieceTokenizer& tokenizer() const { return tokenizer_; }

  /// Ids are below it: a network must have as many word embeddings at least (check_embeddings()).
  [[nodiscard]] int64_t tokens() const { return tokenizer_.size; }

  /// Whether upper case matters.
  [[nodiscard]] Casing casing() const;

  /// One sentence of any bytes, cut at its end to `max_length` ids in all.
  /// @throws Error if not even the special tokens fit into `max_length`: 2 of them.
  [[nodiscard]] EncodedText encode(std::string_view text, int64_t max_length) const;

  /// A pair, cut by truncate_pair(). An empty sentence keeps its [SEP]. @throws Error if `max_length` is
  /// below 3.
  [[nodiscard]] EncodedText encode(std::string_view first, std::string_view second, int64_t max_length) const;

  /// Appends [PAD]s up to `length` ids; nothing is ever cut.
  void pad(EncodedText& text, int64_t length) const;

 private:
  WordPieceTokenizer tokenizer_;
};

}  // namespace dpac
