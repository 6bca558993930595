/// @file
/// What the files beside a vocabulary say about a tokeniser, put together from all of them. For the loaders'
/// own use.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "loaders/text/added_tokens.h"
#include "loaders/text/vocabulary.h"
#include "loaders/text/wordpiece.h"

namespace dpac {

/// A setting, and where it was found.
template <class T>
struct Said {
  std::optional<T> value = {};
  std::string where = {};
};

/// Takes note of a setting. `where` names file and entry; `cure` follows the message.
/// @throws Error naming both places if it was found before and is another there.
void say(Said<bool>& setting, bool value, const std::string& where, const std::string& cure = "");
void say(Said<std::string>& setting, const std::string& value, const std::string& where);

/// The tokens that stand for no text, by what they stand for.
struct SpecialNames {
  Said<std::string> unknown, classify, separate, pad, mask;
};

/// Tokens that files add to a vocabulary. Where several files have a token, the first one's flags count, as
/// transformers takes those of tokenizer_config.json before others'.
class AddedTokenList {
 public:
  /// @throws Error if the token has another id already, or the id another token; `where` names the file.
  void add(AddedToken token, const std::string& where);

  /// Adds a token whose id is to be found in the vocabulary, or else is the next free one.
  void add_without_id(AddedToken token);

  /// All tokens with their ids: those given, and those that are in `vocabulary` or come behind the largest
  /// id. @throws Error if an id or a token is another one in the vocabulary; `name` is the vocabulary's.
  [[nodiscard]] std::vector<AddedToken> resolved(const Vocabulary& vocabulary, const std::string& name) const;

 private:
  struct Entry {
    AddedToken token;
    std::string where;
  };
  std::map<int32_t, Entry> by_id_;
  std::map<std::string, int32_t> ids_;
  std::vector<AddedToken> without_id_;
};

struct TokenizerSettings {
  /// The user's choice; then `lower_case` and `strip_accents` do not matter and are not compared.
  std::optional<Casing> casing = {};
  Said<bool> lower_case, strip_accents, spaced_ideographs, clean;
  std::optional<int> max_word_length = {};
  SpecialNames special;
  AddedTokenList added;
};

/// Puts a tokeniser together. Where nothing says whether it lower-cases, a vocabulary with an upper-case
/// token besides the bracketed ones is a cased one.
/// @throws Error if [UNK], [CLS], [SEP] or [PAD], or what stands for it, is no token; `name` is the
/// vocabulary's.
WordPieceTokenizer make_tokenizer(Vocabulary vocabulary, const TokenizerSettings& settings,
                                  const std::string& name);

}  // namespace dpac
