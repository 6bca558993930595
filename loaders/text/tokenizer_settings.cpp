#include "loaders/text/tokenizer_settings.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

std::string displayed(bool value) {
  return value ? "true" : "false";
}
std::string displayed(const std::string& value) {
  return fmt::format("'{}'", excerpt(value));
}

template <class T>
void take_note(Said<T>& setting, const T& value, const std::string& where, const std::string& cure) {
  if (setting.value && *setting.value != value) {
    throw Error(fmt::format("{} is {}, but {} is {}{}", where, displayed(value), setting.where,
                            displayed(*setting.value), cure));
  }
  if (!setting.value) setting = {value, where};
}

/// @throws Error unless the vocabulary says the same about the token and its id, or nothing.
void check_against(const Vocabulary& vocabulary, const std::map<int32_t, std::string>& by_id,
                   const AddedToken& token, const std::string& where, const std::string& name) {
  const auto id = vocabulary.id(token.content);
  if (id && *id != token.id) {
    throw Error(fmt::format("{}: the token '{}' has the id {}, but {} in {}", where, excerpt(token.content),
                            token.id, *id, name));
  }
  const auto owner = by_id.find(token.id);
  if (owner == by_id.end() || owner->second == token.content) return;
  throw Error(fmt::format("{}: the token '{}' has the id {}, which is that of '{}' in {}", where,
                          excerpt(token.content), token.id, excerpt(owner->second), name));
}

std::optional<int32_t> find_token(const std::string& content, const std::vector<AddedToken>& added,
                                  const Vocabulary& vocabulary) {
  const auto found = std::find_if(added.begin(), added.end(),
                                  [&](const AddedToken& token) { return token.content == content; });
  return found == added.end() ? vocabulary.id(content) : found->id;
}

SpecialTokens special_tokens(const SpecialNames& names, const std::vector<AddedToken>& added,
                             const Vocabulary& vocabulary, const std::string& name) {
  const auto needed = [&](const Said<std::string>& said, const char* usual) {
    const std::string content = said.value.value_or(usual);
    if (const auto id = find_token(content, added, vocabulary)) return *id;
    throw Error(fmt::format("{}: expected a WordPiece vocabulary, found no token {} among its {}", name,
                            excerpt(content), vocabulary.size()));
  };
  return {.unknown = needed(names.unknown, "[UNK]"),
          .classify = needed(names.classify, "[CLS]"),
          .separate = needed(names.separate, "[SEP]"),
          .pad = needed(names.pad, "[PAD]")};
}

/// The special tokens are split out of texts like added ones. They stand behind those, whose flags count
/// where a token is among both.
void append_special_tokens(std::vector<AddedToken>& added, const SpecialNames& names,
                           const Vocabulary& vocabulary) {
  const std::pair<const Said<std::string>*, const char*> all[] = {{&names.unknown, "[UNK]"},
                                                                  {&names.classify, "[CLS]"},
                                                                  {&names.separate, "[SEP]"},
                                                                  {&names.pad, "[PAD]"},
                                                                  {&names.mask, "[MASK]"}};
  for (const auto& [said, usual] : all) {
    const std::string content = said->value.value_or(usual);
    const auto id = find_token(content, added, vocabulary);
    if (id) added.push_back({.content = content, .id = *id});
  }
}

Normalization normalization_of(const TokenizerSettings& settings, bool has_upper_case) {
  Normalization how;
  const bool lower = settings.lower_case.value.value_or(!has_upper_case);
  how.lower_case = settings.casing ? *settings.casing == Casing::uncased : lower;
  how.strip_accents = settings.casing ? how.lower_case : settings.strip_accents.value.value_or(lower);
  how.spaced_ideographs = settings.spaced_ideographs.value.value_or(true);
  how.clean = settings.clean.value.value_or(true);
  return how;
}

}  // namespace

void say(Said<bool>& setting, bool value, const std::string& where, const std::string& cure) {
  take_note(setting, value, where, cure);
}

void say(Said<std::string>& setting, const std::string& value, const std::string& where) {
  take_note(setting, value, where, "");
}

void AddedTokenList::add(AddedToken token, const std::string& where) {
  if (token.id < 0 || token.id > Vocabulary::kMaxId) {
    throw Error(fmt::format("{}: the token '{}' has the id {}, expected one from 0 to {}", where,
                            excerpt(token.content), token.id, Vocabulary::kMaxId));
  }
  const auto known_id = ids_.find(token.content);
  const auto known = by_id_.find(known_id == ids_.end() ? token.id : known_id->second);
  if (known == by_id_.end()) {
    const auto id = token.id;
    ids_.emplace(token.content, id);
    by_id_.emplace(id, Entry{std::move(token), where});
  } else if (known->second.token.content != token.content || known->first != token.id) {
    throw Error(fmt::format("{}: the token '{}' has the id {}, but in {} '{}' has the id {}", where,
                            excerpt(token.content), token.id, known->second.where,
                            excerpt(known->second.token.content), known->first));
  }
}

void AddedTokenList::add_without_id(AddedToken token) {
  without_id_.push_back(std::move(token));
}

std::vector<AddedToken> AddedTokenList::resolved(const Vocabulary& vocabulary,
                                                 const std::string& name) const {
  const std::map<int32_t, std::string> owners = vocabulary.by_id();
  std::vector<AddedToken> tokens;
  std::set<std::string> contents;
  int32_t next = vocabulary.size();
  for (const auto& [id, entry] : by_id_) {
    check_against(vocabulary, owners, entry.token, entry.where, name);
    tokens.push_back(entry.token);
    contents.insert(entry.token.content);
    next = std::max(next, id + 1);
  }
  for (AddedToken token : without_id_) {
    if (!contents.insert(token.content).second) continue;
    const auto id = vocabulary.id(token.content);
    token.id = id ? *id : next++;
    tokens.push_back(std::move(token));
  }
  return tokens;
}

WordPieceTokenizer make_tokenizer(Vocabulary vocabulary, const TokenizerSettings& settings,
                                  const std::string& name) {
  std::vector<AddedToken> added = settings.added.resolved(vocabulary, name);
  WordPieceTokenizer tokenizer;
  tokenizer.special = special_tokens(settings.special, added, vocabulary, name);
  append_special_tokens(added, settings.special, vocabulary);
  tokenizer.normalization = normalization_of(settings, vocabulary.has_upper_case());
  tokenizer.added = AddedTokens(added, tokenizer.normalization);
  tokenizer.max_word_length = settings.max_word_length.value_or(kMaxWordLength);
  tokenizer.size = vocabulary.size();
  for (const AddedToken& token : added) tokenizer.size = std::max(tokenizer.size, token.id + 1);
  tokenizer.vocabulary = std::move(vocabulary);
  return tokenizer;
}

}  // namespace dpac
