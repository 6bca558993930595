#include "loaders/text/tokenizer_files.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/json_entries.h"
#include "loaders/parse_number.h"
#include "loaders/read_file.h"
#include "loaders/text/tokenizer_entries.h"
#include "loaders/text/tokenizer_json.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

using nlohmann::json;
using std::filesystem::path;

constexpr const char* kVocabulary = "vocab.txt";
constexpr const char* kWholeTokenizer = "tokenizer.json";

/// A token by its text, or by an object with flags too. @return its text.
std::string read_token(const JsonEntries& file, const std::string& key, const json& value,
                       TokenizerSettings& settings) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object()) file.fail(key, value, "a token's text, or an object with its 'content'");
  const AddedToken token = added_token(JsonEntries(value, where_of(file, key)));
  settings.added.add_without_id(token);
  return token.content;
}

void read_special_names(const JsonEntries& file, TokenizerSettings& settings) {
  const std::pair<const char*, Said<std::string>*> names[] = {{"unk_token", &settings.special.unknown},
                                                              {"cls_token", &settings.special.classify},
                                                              {"sep_token", &settings.special.separate},
                                                              {"pad_token", &settings.special.pad},
                                                              {"mask_token", &settings.special.mask}};
  for (const auto& [key, name] : names) {
    const json* value = file.find(key);
    if (value != nullptr) say(*name, read_token(file, key, *value, settings), where_of(file, key));
  }
}

/// Special tokens without a part in BERT: a list of them, or an object by name.
void read_more_special_tokens(const JsonEntries& file, TokenizerSettings& settings) {
  for (const char* key : {"additional_special_tokens", "extra_special_tokens"}) {
    const json* tokens = file.find(key);
    if (tokens == nullptr) continue;
    if (!tokens->is_structured()) file.fail(key, *tokens, "a list of tokens");
    for (const json& token : *tokens) {
      settings.added.add_without_id({.content = read_token(file, key, token, settings)});
    }
  }
}

void read_decoder(const JsonEntries& file, TokenizerSettings& settings) {
  const auto decoder = file.entries("added_tokens_decoder");
  if (!decoder) return;
  for (const auto& [number, value] : decoder->object().items()) {
    AddedToken token = added_token(JsonEntries(value, where_of(*decoder, number)));
    const auto id = parse_number<int32_t>(number);
    if (!id) decoder->fail(number, value, "a token under its id");
    token.id = *id;
    settings.added.add(std::move(token), file.where());
  }
}

void read_config(const JsonEntries& file, TokenizerSettings& settings) {
  check_tokenizer_class(file);
  file.require("do_basic_tokenize", true, ", the only way that can be run");
  file.require("never_split", json::array(), ", no words kept whole");
  file.require("wordpieces_prefix", "##", ", the only kind that can be run");
  file.require("padding_side", "right", ", the only side that can be padded");
  file.require("truncation_side", "right", ", the only side that can be cut");
  read_normalization(
      file, {.clean = "clean_text", .ideographs = "tokenize_chinese_chars", .lower_case = "do_lower_case"},
      settings);
  read_decoder(file, settings);
  read_special_names(file, settings);
  read_more_special_tokens(file, settings);
}

void read_special_tokens_map(const JsonEntries& file, TokenizerSettings& settings) {
  read_special_names(file, settings);
  read_more_special_tokens(file, settings);
}

/// `{"<e1>": 30522}`; such tokens are looked for in the normalised text.
void read_added_tokens(const JsonEntries& file, TokenizerSettings& settings) {
  for (const auto& [content, id] : file.object().items()) {
    settings.added.add({.content = content, .id = id_of(id, file, content), .normalized = true},
                       file.where());
  }
}

/// Of sentence-transformers, which lower-cases texts before the tokeniser has them.
void read_sentence_config(const JsonEntries& file, TokenizerSettings& settings) {
  if (settings.casing || !file.flag("do_lower_case").value_or(false)) return;
  say(settings.lower_case, true, where_of(file, "do_lower_case"), "; --cased or --uncased choose");
}

void read_beside(const path& file, void (*read)(const JsonEntries&, TokenizerSettings&),
                 TokenizerSettings& settings) {
  if (!file_exists(file)) return;
  const json content = read_json(file);
  read(JsonEntries(content, file.string()), settings);
}

/// @throws Error if an id is that of one token in a vocab.txt and of another one in the tokenizer.json.
void check_same(const Vocabulary& whole, const std::string& whole_name, const Vocabulary& listed,
                const std::string& listed_name) {
  const auto tokens = whole.by_id();
  for (const auto& [id, token] : listed.by_id()) {
    const auto other = tokens.find(id);
    if (other == tokens.end() || other->second == token) continue;
    throw Error(fmt::format("{}: the id {} is that of '{}', but in {} that of '{}'", listed_name, id,
                            excerpt(token), whole_name, excerpt(other->second)));
  }
}

Vocabulary read_vocabulary(const path& file, TokenizerSettings& settings) {
  if (is_tokenizer_json(file)) return read_tokenizer_json(file, settings);
  Vocabulary listed = Vocabulary::read(file);
  const path whole_file = file.parent_path() / kWholeTokenizer;
  if (!file_exists(whole_file)) return listed;
  Vocabulary whole = read_tokenizer_json(whole_file, settings);
  check_same(whole, whole_file.string(), listed, file.string());
  return whole;
}

}  // namespace

WordPieceTokenizer open_tokenizer(const path& vocabulary, std::optional<Casing> casing) {
  const path folder = vocabulary.parent_path();
  TokenizerSettings settings;
  settings.casing = casing;
  // In the order in which the flags of added tokens count.
  read_beside(folder / "tokenizer_config.json", read_config, settings);
  Vocabulary tokens = read_vocabulary(vocabulary, settings);
  read_beside(folder / "special_tokens_map.json", read_special_tokens_map, settings);
  read_beside(folder / "added_tokens.json", read_added_tokens, settings);
  read_beside(folder / "sentence_bert_config.json", read_sentence_config, settings);
  return make_tokenizer(std::move(tokens), settings, vocabulary.string());
}

std::optional<path> vocabulary_beside(const path& weights) {
  const path folder = std::filesystem::is_directory(weights) ? weights : weights.parent_path();
  for (const char* name : {kVocabulary, kWholeTokenizer}) {
    const path file = folder / name;
    if (file_exists(file)) return file;
  }
  return std::nullopt;
}

}  // namespace dpac
