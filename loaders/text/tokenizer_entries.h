/// @file
/// Entries that the JSON files of tokenisers share. For the loaders' own .cpp files only.
#pragma once

#include <cstdint>
#include <string>

#include "loaders/json_entries.h"
#include "loaders/text/tokenizer_settings.h"

namespace dpac {

/// "<file>: '<key>'", for what say() says.
std::string where_of(const JsonEntries& entries, const std::string& key);

/// A token's id. @throws Error naming `key` if it is no whole number that int32_t holds.
int32_t id_of(const nlohmann::json& value, const JsonEntries& entries, const std::string& key);

/// Hugging Face's AddedToken as an object; its id is left 0. @throws Error if it has no `content`.
AddedToken added_token(const JsonEntries& entries);

/// Looks at `tokenizer_class`, of a tokenizer_config.json or a config.json.
/// @throws Error for a class that does not tokenise as BERT does.
void check_tokenizer_class(const JsonEntries& entries);

/// The keys under which a file has the flags of a normaliser.
struct NormalizationKeys {
  const char *clean = nullptr, *ideographs = nullptr, *strip_accents = "strip_accents", *lower_case = nullptr;
};

/// Adds those flags that the file has to `settings`.
void read_normalization(const JsonEntries& entries, const NormalizationKeys& keys,
                        TokenizerSettings& settings);

}  // namespace dpac
