/// @file
/// From a line of text to words, as BERT's "basic tokenisation" does it. The reference is Hugging Face's fast
/// BertTokenizer (`tokenizers`, the only one since transformers 5), not google-research/bert; docs/formats.md
/// says where the two differ.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loaders/text/casing.h"

namespace dpac {

/// What is done to a text before it is split: the four flags of Hugging Face's BertNormalizer, in its order.
struct Normalization {
  bool clean = true;              ///< Control characters are dropped, white space becomes one space each.
  bool spaced_ideographs = true;  ///< A space on either side of an ideograph (`handle_chinese_chars`).
  bool strip_accents = true;      ///< Form D, without category Mn.
  bool lower_case = true;

  Normalization() = default;
  /// BERT's own for a casing: cleaned, with ideographs apart.
  Normalization(Casing casing)  // NOLINT(google-explicit-constructor): a casing is a normalisation.
      : strip_accents(casing == Casing::uncased), lower_case(casing == Casing::uncased) {}
};

/// Bytes that are no UTF-8 are dropped, whatever the flags; when `clean`, U+0000, U+FFFD and control
/// characters too. The result is valid UTF-8.
std::string normalize_text(std::string_view text, const Normalization& how);

/// Views into `normalized`, which is valid UTF-8: parted by white space, each punctuation sign a word of its
/// own.
std::vector<std::string_view> split_words(std::string_view normalized);

}  // namespace dpac
