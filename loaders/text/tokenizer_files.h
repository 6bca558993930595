/// @file
/// Tokenisers as they lie in folders: a vocabulary and the files beside it.
#pragma once

#include <filesystem>
#include <optional>

#include "loaders/text/wordpiece.h"

namespace dpac {

/// Opens the tokeniser of a vocab.txt or a tokenizer.json (found out by content), and of what lies in the
/// same folder: tokenizer.json, tokenizer_config.json, special_tokens_map.json, added_tokens.json and
/// sentence_bert_config.json are obeyed, or refused. With `casing` lower case and accents are as it says;
/// else as the files say; where they do not, a vocabulary with an upper-case token besides the bracketed ones
/// is a cased one.
/// @throws Error naming the file and the entry that is malformed, asks for another tokenisation than BERT's,
/// or says something else than another file does.
WordPieceTokenizer open_tokenizer(const std::filesystem::path& vocabulary, std::optional<Casing> casing = {});

/// The vocab.txt beside a weight file, else its tokenizer.json; none if neither is there.
std::optional<std::filesystem::path> vocabulary_beside(const std::filesystem::path& weights);

}  // namespace dpac
