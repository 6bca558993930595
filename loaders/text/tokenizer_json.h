/// @file
/// Hugging Face's tokenizer.json: a whole tokeniser in one file. For the loaders' own use.
#pragma once

#include <filesystem>

#include "loaders/text/tokenizer_settings.h"

namespace dpac {

/// Whether a file begins as a JSON object, and so is no vocab.txt. @throws Error if it cannot be read.
bool is_tokenizer_json(const std::filesystem::path& path);

/// The vocabulary of a tokenizer.json. What else the file says is added to `settings`; an absent part says
/// nothing.
/// @throws Error naming the file and the part that is not BERT's: a model that is no WordPiece, another
/// normaliser than BertNormalizer, another splitting than BertPreTokenizer, other special tokens around a
/// text than [CLS] A [SEP] B [SEP].
Vocabulary read_tokenizer_json(const std::filesystem::path& path, TokenizerSettings& settings);

}  // namespace dpac
