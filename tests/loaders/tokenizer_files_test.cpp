// Tokenisers by the files they lie in: ids against Hugging Face's, and files that are refused, with which
// sentence.
#include "loaders/text/tokenizer_files.h"

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "loaders/text/encode_text.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;
using nlohmann::json;

namespace {

using Ids = std::vector<int32_t>;
constexpr int64_t kUncut = 1 << 20;
const std::string kVocabulary =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nman\n##s\n<\ne\n1\n>\n";  // 12 tokens.

/// A folder with a vocab.txt, unless it is among `files`, or they have a tokenizer.json.
struct Folder {
  explicit Folder(const json& files) {
    for (const auto& [name, content] : files.items()) {
      temp.write(name, content.is_string() ? content.get<std::string>() : content.dump());
    }
    const bool has_vocabulary = files.contains("vocab.txt") || files.contains("tokenizer.json");
    if (!has_vocabulary) temp.write("vocab.txt", kVocabulary);
    vocabulary =
        temp.path() /
        (files.contains("tokenizer.json") && !files.contains("vocab.txt") ? "tokenizer.json" : "vocab.txt");
  }

  TempFolder temp;
  std::filesystem::path vocabulary;
};

Ids ids_of(const json& files, const std::string& text, std::optional<Casing> casing = {}) {
  const Folder folder(files);
  return TextEncoder::open(folder.vocabulary, casing).encode(text, kUncut).ids;
}

/// Why a folder's tokeniser is refused, without the folder.
std::string refusal_of(const json& files) {
  const Folder folder(files);
  std::string message = message_of([&] { (void)open_tokenizer(folder.vocabulary); });
  const std::string prefix = folder.temp.path().string() + "/";
  for (auto at = message.find(prefix); at != std::string::npos; at = message.find(prefix)) {
    message.erase(at, prefix.size());
  }
  return message;
}

std::string config_refusal(const json& config) {
  return refusal_of({{"tokenizer_config.json", config}});
}

/// A tokenizer.json with no more than it needs, and what `changes` puts in or in place of.
json whole(const json& changes = json::object()) {
  json file = {
      {"model",
       {{"type", "WordPiece"},
        {"vocab",
         {{"[PAD]", 0}, {"[UNK]", 1}, {"[CLS]", 2}, {"[SEP]", 3}, {"a", 4}, {"man", 5}, {"##s", 6}}}}}};
  file.merge_patch(changes);
  return file;
}

std::string whole_refusal(const json& changes) {
  return refusal_of({{"tokenizer.json", whole(changes)}});
}

}  // namespace

TEST_CASE("every golden tokeniser") {
  std::ifstream stream(std::string(DPAC_GOLDEN_DIR) + "/tokenizers.json");
  const json cases = json::parse(stream);
  REQUIRE(cases.size() > 20);
  for (std::size_t number = 0; number < cases.size(); ++number) {
    CAPTURE(number);
    const Folder folder(cases[number]["files"]);
    REQUIRE(folder.vocabulary.filename() == cases[number]["open"]);
    const auto encoder = TextEncoder::open(folder.vocabulary);
    for (std::size_t i = 0; i < cases[number]["texts"].size(); ++i) {
      const std::string text = cases[number]["texts"][i];
      CAPTURE(text);
      CHECK(encoder.encode(text, kUncut).ids == cases[number]["ids"][i].get<Ids>());
    }
  }
}

TEST_CASE("a tokenizer.json that says little is BERT's with its vocabulary") {
  CHECK(ids_of({{"tokenizer.json", whole()}}, "A mans") == Ids{2, 4, 5, 6, 3});
  CHECK(ids_of({{"tokenizer.json", whole()}}, "A mans", Casing::cased) == Ids{2, 1, 5, 6, 3});
  const json cased = whole({{"normalizer", {{"type", "BertNormalizer"}, {"lowercase", false}}}});
  CHECK(ids_of({{"tokenizer.json", cased}}, "A mans") == Ids{2, 1, 5, 6, 3});
  CHECK(ids_of({{"tokenizer.json", cased}}, "A mans", Casing::uncased) == Ids{2, 4, 5, 6, 3});
  json untyped = whole();
  untyped["model"].erase("type");
  CHECK(ids_of({{"tokenizer.json", untyped}}, "a") == Ids{2, 4, 3});
}

TEST_CASE("a tokenizer.json is found by its content, and beside a vocab.txt it counts") {
  const TempFolder folder;
  const auto odd = folder.write("tokens", whole().dump(1));
  CHECK(TextEncoder::open(odd).encode("a", kUncut).ids == Ids{2, 4, 3});
  const json added = {{{"id", 7}, {"content", "[ENT]"}}};
  const std::string listed = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nman\n##s\n";
  CHECK(ids_of({{"vocab.txt", listed}, {"tokenizer.json", whole({{"added_tokens", added}})}}, "a[ENT]") ==
        Ids{2, 4, 7, 3});
  CHECK(refusal_of({{"vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nman\na\n"}, {"tokenizer.json", whole()}}) ==
        "vocab.txt: the id 4 is that of 'man', but in tokenizer.json that of 'a'");
}

TEST_CASE("the vocabulary beside a weight file") {
  const TempFolder folder;
  const auto weights = folder.path() / "model.safetensors";
  CHECK_FALSE(vocabulary_beside(weights));
  folder.write("tokenizer.json", whole().dump());
  CHECK(vocabulary_beside(weights) == folder.path() / "tokenizer.json");
  folder.write("vocab.txt", kVocabulary);
  CHECK(vocabulary_beside(weights) == folder.path() / "vocab.txt");
}

TEST_CASE("tokens are counted with what was added to them") {
  const Folder folder(json{{"added_tokens.json", {{"<e1>", 12}, {"<e2>", 20}}}});
  const auto encoder = TextEncoder::open(folder.vocabulary);
  CHECK(encoder.tokens() == 21);
  CHECK(encoder.encode("a <e2>s <e1>", kUncut).ids == Ids{2, 5, 20, 1, 12, 3});
  CHECK(ids_of({{"special_tokens_map.json", {{"additional_special_tokens", {"man", "<n>", "<n>", "<m>"}}}}},
               "a<m>s<n>mans") == Ids{2, 5, 13, 1, 12, 6, 1, 3});
}

TEST_CASE("parts of a tokenizer.json that are not BERT's are refused by name") {
  CHECK(whole_refusal({{"model", {{"type", "BPE"}}}}) ==
        "tokenizer.json: 'model': 'type' is \"BPE\", expected \"WordPiece\", the only kind that can be run");
  CHECK(contains(whole_refusal({{"model", {{"type", "Unigram"}}}}), "'type' is \"Unigram\""));
  CHECK(contains(whole_refusal({{"model", {{"continuing_subword_prefix", "@@"}}}}), "expected \"##\""));
  CHECK(whole_refusal({{"model", {{"type", nullptr}, {"merges", json::array()}}}}) ==
        "tokenizer.json: 'model': expected a 'vocab' of WordPiece, tokens with their ids");
  CHECK(
      whole_refusal({{"normalizer", {{"type", "Sequence"}}}}) ==
      "tokenizer.json: 'normalizer': 'type' is \"Sequence\", expected \"BertNormalizer\", the only kind that "
      "can be run");
  CHECK(contains(whole_refusal({{"pre_tokenizer", {{"type", "Whitespace"}}}}),
                 "expected \"BertPreTokenizer\""));
  CHECK(contains(whole_refusal({{"post_processor", {{"type", "RobertaProcessing"}}}}),
                 "'type' is \"RobertaProcessing\", expected \"BertProcessing\" or \"TemplateProcessing\""));
  CHECK(contains(
      whole_refusal({{"post_processor", {{"type", "TemplateProcessing"}, {"single", json::array()}}}}),
      "expected the template [CLS] A [SEP] B [SEP]"));
  CHECK(contains(whole_refusal({{"truncation", {{"direction", "Left"}}}}), "expected \"Right\""));
  CHECK(contains(whole_refusal({{"padding", {{"direction", "Left"}}}}), "expected \"Right\""));
  json unsplit = whole();
  unsplit["pre_tokenizer"] = nullptr;
  CHECK(contains(refusal_of({{"tokenizer.json", unsplit}}), "'pre_tokenizer' is null, expected"));
}

TEST_CASE("malformed tokenizer.json") {
  CHECK(refusal_of({{"tokenizer.json", "{}"}}) == "tokenizer.json: expected a tokeniser, found no 'model'");
  CHECK(contains(refusal_of({{"tokenizer.json", "{\"model\": "}}), "tokenizer.json is no valid JSON"));
  CHECK(contains(refusal_of({{"tokenizer.json", "[]"}}), "tokenizer.json: expected an object, found []"));
  for (const json& id : {json(-1), json(1.5), json("4"), json(uint64_t{1} << 31)}) {
    CHECK(contains(whole_refusal({{"model", {{"vocab", {{"a", id}}}}}}), "expected a token's id"));
  }
  CHECK(contains(whole_refusal({{"model", {{"vocab", {{"b", 4}}}}}}), "its id 4 is also that of 'a'"));
  CHECK(contains(whole_refusal({{"model", {{"vocab", {{"", 9}}}}}}), "found an empty one"));
  CHECK(contains(whole_refusal({{"model", {{"max_input_chars_per_word", 0}}}}), "a whole number above 0"));
  CHECK(contains(whole_refusal({{"model", {{"unk_token", "<unk>"}}}}), "found no token <unk> among its 7"));
  CHECK(contains(whole_refusal({{"added_tokens", {{{"id", 9}}}}}), "expected a token with its 'content'"));
  CHECK(contains(whole_refusal({{"added_tokens", {{{"content", "b"}}}}}),
                 "'id' is null, expected a token's id"));
  CHECK(contains(whole_refusal({{"added_tokens", 1}}), "'added_tokens' is 1, expected a list of tokens"));
}

TEST_CASE("entries of tokenizer_config.json that ask for another tokenisation are refused") {
  CHECK(
      config_refusal({{"tokenizer_class", "BertJapaneseTokenizer"}}) ==
      "tokenizer_config.json: 'tokenizer_class' is \"BertJapaneseTokenizer\", expected \"BertTokenizer\" or "
      "\"BertTokenizerFast\", the only kind that can be run");
  CHECK(config_refusal({{"tokenizer_class", "BertTokenizerFast"}}) == "no error");
  CHECK(config_refusal({{"tokenizer_class", "PreTrainedTokenizerFast"}}) == "no error");
  CHECK(contains(config_refusal({{"do_basic_tokenize", false}}),
                 "'do_basic_tokenize' is false, expected true"));
  CHECK(contains(config_refusal({{"never_split", {"man"}}}), "'never_split' is [\"man\"], expected []"));
  CHECK(contains(config_refusal({{"wordpieces_prefix", "_"}}), "expected \"##\""));
  CHECK(contains(config_refusal({{"truncation_side", "left"}}), "expected \"right\""));
  CHECK(contains(config_refusal({{"padding_side", "left"}}), "expected \"right\""));
  CHECK(contains(config_refusal({{"cls_token", 3}}), "'cls_token' is 3, expected a token's text"));
  CHECK(contains(config_refusal({{"cls_token", "[BOS]"}}), "found no token [BOS] among its 12"));
  CHECK(contains(config_refusal({{"added_tokens_decoder", {{"x", {{"content", "x"}}}}}}), "under its id"));
  CHECK(contains(config_refusal({{"additional_special_tokens", "x"}}), "expected a list of tokens"));
}

TEST_CASE("files that contradict each other are refused, and name each other") {
  CHECK(refusal_of({{"tokenizer_config.json", {{"do_lower_case", true}}},
                    {"tokenizer.json",
                     whole({{"normalizer", {{"type", "BertNormalizer"}, {"lowercase", false}}}})}}) ==
        "tokenizer.json: 'normalizer': 'lowercase' is false, but tokenizer_config.json: 'do_lower_case' is "
        "true; "
        "--cased or --uncased choose");
  CHECK(refusal_of({{"tokenizer_config.json", {{"do_lower_case", false}}},
                    {"sentence_bert_config.json", {{"do_lower_case", true}}}}) ==
        "sentence_bert_config.json: 'do_lower_case' is true, but tokenizer_config.json: 'do_lower_case' is "
        "false; "
        "--cased or --uncased choose");
  CHECK(
      refusal_of({{"tokenizer_config.json", {{"cls_token", "[CLS]"}}},
                  {"special_tokens_map.json", {{"cls_token", "[MASK]"}}}}) ==
      "special_tokens_map.json: 'cls_token' is '[MASK]', but tokenizer_config.json: 'cls_token' is '[CLS]'");
  CHECK(refusal_of({{"added_tokens.json", {{"a", 12}}}}) ==
        "added_tokens.json: the token 'a' has the id 12, but 5 in vocab.txt");
  CHECK(refusal_of({{"added_tokens.json", {{"<n>", 5}}}}) ==
        "added_tokens.json: the token '<n>' has the id 5, which is that of 'a' in vocab.txt");
  CHECK(refusal_of({{"tokenizer_config.json", {{"added_tokens_decoder", {{"12", {{"content", "<n>"}}}}}}},
                    {"added_tokens.json", {{"<n>", 13}}}}) ==
        "added_tokens.json: the token '<n>' has the id 13, but in tokenizer_config.json '<n>' has the id 12");
  CHECK(contains(refusal_of({{"added_tokens.json", {{"<n>", 12}, {"<m>", 12}}}}), "has the id 12, but in"));
}
