#include "loaders/text/tokenizer_json.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/json_entries.h"
#include "loaders/read_file.h"
#include "loaders/text/tokenizer_entries.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

using nlohmann::json;

constexpr const char* kOnlyKind = ", the only kind that can be run";

/// A part that the file has, null included: there null says that a step is left out.
const json* part(const JsonEntries& file, const char* key) {
  const auto found = file.object().find(key);
  return found == file.object().end() ? nullptr : &*found;
}

Vocabulary read_model(const JsonEntries& file, TokenizerSettings& settings) {
  const auto model = file.entries("model");
  if (!model) throw Error(fmt::format("{}: expected a tokeniser, found no 'model'", file.where()));
  // Old files leave the type out.
  model->require("type", "WordPiece", kOnlyKind);
  model->require("continuing_subword_prefix", "##", kOnlyKind);
  if (const auto name = model->text("unk_token")) {
    say(settings.special.unknown, *name, where_of(*model, "unk_token"));
  }
  if (const auto length = model->count("max_input_chars_per_word")) {
    settings.max_word_length = static_cast<int>(std::min<int64_t>(*length, Vocabulary::kMaxId));
  }
  const auto vocabulary = model->entries("vocab");
  if (!vocabulary || model->find("merges") != nullptr) {
    throw Error(fmt::format("{}: expected a 'vocab' of WordPiece, tokens with their ids", model->where()));
  }
  std::map<std::string, int64_t> ids;
  for (const auto& [token, id] : vocabulary->object().items()) {
    ids.emplace(token, id_of(id, *vocabulary, token));
  }
  return Vocabulary::from_ids(ids, file.where());
}

void read_normalizer(const JsonEntries& file, TokenizerSettings& settings) {
  const json* value = part(file, "normalizer");
  if (value == nullptr) return;
  constexpr const char* kFlags[] = {"clean_text", "handle_chinese_chars", "strip_accents", "lowercase"};
  json flags = value->is_null() ? json::object() : *value;
  // Null says that nothing is normalised.
  for (const char* flag : kFlags) {
    if (value->is_null()) flags[flag] = false;
  }
  const JsonEntries normalizer(flags, where_of(file, "normalizer"));
  normalizer.require("type", "BertNormalizer", kOnlyKind);
  read_normalization(normalizer, {.clean = kFlags[0], .ideographs = kFlags[1], .lower_case = kFlags[3]},
                     settings);
}

void read_pre_tokenizer(const JsonEntries& file) {
  const json* value = part(file, "pre_tokenizer");
  if (value == nullptr) return;
  if (value->is_null())
    file.fail("pre_tokenizer", *value, "\"BertPreTokenizer\", the only kind that can be run");
  JsonEntries(*value, where_of(file, "pre_tokenizer")).require("type", "BertPreTokenizer", kOnlyKind);
}

json template_item(const char* kind, const json& id, int type) {
  return {{kind, {{"id", id}, {"type_id", type}}}};
}

/// The special token of a template's item, or nothing.
json token_of(const json& item) {
  const json::json_pointer id("/SpecialToken/id");
  return item.is_object() && item.contains(id) ? item[id] : json();
}

/// [CLS] A [SEP], and [CLS] A [SEP] B [SEP] with type 1 for the last two.
void read_template(const JsonEntries& processor, TokenizerSettings& settings) {
  const json* single = processor.find("single");
  const json* pair = processor.find("pair");
  const bool has_items = single != nullptr && single->is_array() && !single->empty();
  const json classify = has_items ? token_of(single->front()) : json();
  const json separate = has_items ? token_of(single->back()) : json();
  json expected = {template_item("SpecialToken", classify, 0), template_item("Sequence", "A", 0),
                   template_item("SpecialToken", separate, 0)};
  bool fits = classify.is_string() && separate.is_string() && *single == expected;
  expected.push_back(template_item("Sequence", "B", 1));
  expected.push_back(template_item("SpecialToken", separate, 1));
  fits = fits && (pair == nullptr || *pair == expected);
  if (!fits) {
    throw Error(fmt::format("{}: expected the template [CLS] A [SEP] B [SEP] with the types 0, 0, 0, 1, 1",
                            processor.where()));
  }
  say(settings.special.classify, classify, where_of(processor, "single"));
  say(settings.special.separate, separate, where_of(processor, "single"));
}

/// `["[SEP]", 102]`.
void read_named_token(const JsonEntries& processor, const char* key, Said<std::string>& name,
                      AddedTokenList& added) {
  const json* value = processor.find(key);
  const json named = value == nullptr ? json() : *value;
  if (!named.is_array() || named.size() != 2 || !named.front().is_string()) {
    processor.fail(key, named, "a token and its id");
  }
  const auto content = named.front().get<std::string>();
  say(name, content, where_of(processor, key));
  added.add({.content = content, .id = id_of(named.back(), processor, key)}, processor.where());
}

void read_post_processor(const JsonEntries& file, TokenizerSettings& settings) {
  const auto processor = file.entries("post_processor");
  if (!processor) return;
  if (processor->text("type") == "TemplateProcessing") return read_template(*processor, settings);
  processor->require("type", "BertProcessing", " or \"TemplateProcessing\"");
  read_named_token(*processor, "cls", settings.special.classify, settings.added);
  read_named_token(*processor, "sep", settings.special.separate, settings.added);
}

/// BERT's positions are counted from the left, and cutting takes from the right.
void read_sides(const JsonEntries& file, SpecialNames& names) {
  if (const auto truncation = file.entries("truncation")) {
    truncation->require("direction", "Right", ", the only side that can be cut");
  }
  const auto padding = file.entries("padding");
  if (!padding) return;
  padding->require("direction", "Right", ", the only side that can be padded");
  if (const auto name = padding->text("pad_token")) say(names.pad, *name, where_of(*padding, "pad_token"));
}

void read_added_tokens(const JsonEntries& file, AddedTokenList& added) {
  const json* list = file.find("added_tokens");
  if (list == nullptr) return;
  if (!list->is_array()) file.fail("added_tokens", *list, "a list of tokens");
  for (const json& item : *list) {
    const JsonEntries entries(item, where_of(file, "added_tokens"));
    AddedToken token = added_token(entries);
    token.id = id_of(item.value("id", json()), entries, "id");
    added.add(std::move(token), file.where());
  }
}

}  // namespace

bool is_tokenizer_json(const std::filesystem::path& path) {
  if (path.extension() == ".json") return true;
  constexpr std::size_t kEnough = 256;
  const std::vector<uint8_t> start = read_file_start(path, kEnough);
  std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  text = without_byte_order_mark(text);
  if (!text.starts_with('{')) return false;
  const std::size_t key = text.find_first_not_of(" \t\r\n", 1);
  return key != std::string_view::npos && text[key] == '"';
}

Vocabulary read_tokenizer_json(const std::filesystem::path& path, TokenizerSettings& settings) {
  const json content = read_json(path);
  const JsonEntries file(content, path.string());
  Vocabulary vocabulary = read_model(file, settings);
  read_normalizer(file, settings);
  read_pre_tokenizer(file);
  read_added_tokens(file, settings.added);
  read_post_processor(file, settings);
  read_sides(file, settings.special);
  return vocabulary;
}

}  // namespace dpac
