/// @file
/// From a line of text to words, as BERT's "basic tokenisation" does it. The reference is Hugging Face's fast
/// BertTokenizer (`tokenizers`, the only one since transformers 5), not google-research/bert; docs/formats.md
/// says where the two differ.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dpac {

enum class Casing {
  cased,    ///< Text as it is.
  uncased,  ///< Without accents (form D, category Mn dropped), then in lower case.
};

/// Bytes that are no UTF-8, U+0000, U+FFFD and control characters are dropped; white space becomes one space
/// each; ideographs get a space on either side; the rest is as `casing` says. The result is valid UTF-8.
std::string normalize_text(std::string_view text, Casing casing);

/// Views into `normalized`, which is valid UTF-8: parted by white space, each punctuation sign a word of its
/// own.
std::vector<std::string_view> split_words(std::string_view normalized);

}  // namespace dpac
