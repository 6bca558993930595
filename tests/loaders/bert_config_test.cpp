// What is read from a config.json, from which of them, and what is wrong with one.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "tests/support/berts.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/random_bert.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;
using nlohmann::json;

namespace {

/// The small BERT's file x.h5, with `config` in its attribute unless it is null.
std::filesystem::path write_bert(const TempFolder& folder, const json& config = nullptr) {
  Hdf5Writer writer(folder.path() / "x.h5");
  const Checkpoint bert = small_bert();
  for (const auto& [name, entry] : bert.weights.entries()) {
    writer.write_floats(with_bert(name), entry.tensor.shape(), entry.tensor.values());
  }
  if (!config.is_null()) writer.set_attribute("", "config", config.dump());
  writer.commit();
  return folder.path() / "x.h5";
}

json config_with(const std::string& key, const json& value) {
  json config = small_bert_config();
  config[key] = value;
  return config;
}

BertTraits traits_of(const json& config) {
  const TempFolder folder;
  const Checkpoint read = open_checkpoint(write_bert(folder, config));
  REQUIRE(read.bert);
  return *read.bert;
}

/// Why a config.json is refused, without its path, or "no error".
std::string refusal(const std::string& text) {
  const TempFolder folder;
  const auto weights = write_bert(folder), config = folder.write("other.json", text);
  const std::string message = message_of([&] { (void)open_checkpoint(weights, config); });
  if (message == "no error") return message;
  REQUIRE(message.starts_with(config.string()));
  return message.substr(config.string().size());
}

std::string refusal_with(const std::string& key, const json& value) {
  return refusal(config_with(key, value).dump());
}

}  // namespace

TEST_CASE("a config gives heads, epsilon and the names of the classes") {
  const BertTraits traits = traits_of(small_bert_config());
  CHECK(traits.heads == 2);
  CHECK(traits.layer_norm_epsilon == 1e-7);
  CHECK(traits.labels == std::vector<std::string>{"no", "perhaps", "yes"});
  const BertTraits unsaid = traits_of(json::object());
  CHECK_FALSE(unsaid.heads);
  CHECK(unsaid.layer_norm_epsilon == 1e-12);
  CHECK(unsaid.labels.empty());
}

TEST_CASE("classes come in the order of their numbers, and made-up names are none") {
  json names;
  for (int i = 0; i < 3; ++i) names[std::to_string(i)] = fmt::format("LABEL_{}", i);
  CHECK(traits_of(config_with("id2label", names)).labels.empty());
  CHECK(traits_of(config_with("id2label", {{"0", "LABEL_0"}, {"1", "LABEL_1"}})).labels.empty());
  CHECK(traits_of(config_with("id2label", nullptr)).labels.empty());
  names["1"] = "one";
  CHECK(traits_of(config_with("id2label", names)).labels ==
        std::vector<std::string>{"LABEL_0", "one", "LABEL_2"});
  const json shuffled = json::parse(R"({"2": "c", "0": "a", "1": "b"})");
  CHECK(traits_of(config_with("id2label", shuffled)).labels == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("more than ten classes are not in the order of their texts") {
  const TempFolder folder;
  Hdf5Writer writer(folder.path() / "x.h5");
  write_weights(writer, random_bert({.features = 4, .layers = 1, .intermediate = 4, .outputs = 12}));
  json names;
  for (int i = 0; i < 12; ++i) names[std::to_string(i)] = fmt::format("class {}", i);
  writer.set_attribute("", "config", json{{"id2label", names}}.dump());
  writer.commit();
  const auto traits = open_checkpoint(folder.path() / "x.h5").bert;
  REQUIRE(traits);
  CHECK(traits->labels.at(2) == "class 2");
  CHECK(traits->labels.at(11) == "class 11");
}

TEST_CASE("a config that is given comes before the file's own, and that before one beside it") {
  const TempFolder folder;
  const auto config = [](int heads) { return config_with("num_attention_heads", heads).dump(); };
  const auto given = folder.write("given/config.json", config(3));
  const auto heads = [&](const std::optional<std::filesystem::path>& path = std::nullopt) {
    return open_checkpoint(folder.path() / "x.h5", path).bert.value().heads;
  };
  write_bert(folder);
  CHECK_FALSE(heads());
  CHECK(heads(given) == 3);
  folder.write("config.json", config(1));
  CHECK(heads() == 1);
  CHECK(heads(given) == 3);
  write_bert(folder, small_bert_config());
  CHECK(heads() == 2);
  CHECK(heads(given) == 3);
  const std::string bytes = bytes_of(folder.path() / "x.h5");
  CHECK(open_checkpoint_image(std::as_bytes(std::span(bytes)), "memory").bert.value().heads == 2);
  const auto safetensors = folder.write("x.safetensors", safetensors_of(small_bert(), with_bert));
  CHECK(open_checkpoint(safetensors).bert.value().heads == 1);
  CHECK(open_checkpoint(safetensors, given).bert.value().heads == 3);
}

TEST_CASE("a config of another network is refused") {
  CHECK(refusal_with("model_type", "roberta") ==
        ": 'model_type' is \"roberta\", expected \"bert\", the only kind that can be run");
  CHECK(contains(refusal_with("hidden_act", "gelu_new"), "'hidden_act' is \"gelu_new\", expected \"gelu\""));
  CHECK(contains(refusal_with("hidden_act", 3), "'hidden_act' is 3, expected \"gelu\""));
  CHECK(contains(refusal_with("position_embedding_type", "relative_key"), "expected \"absolute\""));
  CHECK(contains(refusal_with("is_decoder", true), "'is_decoder' is true, expected false"));
  CHECK(contains(refusal_with("add_cross_attention", true), "'add_cross_attention' is true, expected false"));
}

TEST_CASE("a config that does not fit the weights is refused") {
  const std::pair<const char*, int> sizes[] = {{"vocab_size", 10},       {"hidden_size", 6},
                                               {"num_hidden_layers", 2}, {"intermediate_size", 8},
                                               {"type_vocab_size", 2},   {"max_position_embeddings", 5}};
  for (const auto& [key, size] : sizes) {
    CHECK(contains(refusal_with(key, 12),
                   fmt::format(": '{}' is 12, expected {}, as the weights in ", key, size)));
    for (const json& wrong : {json(-1), json(0), json(2.5), json("6"), json::array(), json(UINT64_MAX)}) {
      CHECK(refusal_with(key, wrong) ==
            fmt::format(": '{}' is {}, expected a whole number above 0", key, wrong.dump()));
    }
  }
  CHECK(
      refusal_with("id2label", {{"0", "no"}, {"1", "yes"}}) ==
      ": 'id2label' is {\"0\":\"no\",\"1\":\"yes\"}, expected 3 names, one for each class of the classifier");
}

TEST_CASE("entries of a config that are malformed are refused") {
  for (const json& wrong : {json(-2), json(0), json(1.5), json("2"), json(true)}) {
    CHECK(refusal_with("num_attention_heads", wrong) ==
          fmt::format(": 'num_attention_heads' is {}, expected a whole number above 0", wrong.dump()));
  }
  CHECK(refusal_with("num_attention_heads", 4) ==
        ": 'num_attention_heads' is 4, expected a divisor of hidden_size, which is 6");
  for (const json& wrong : {json(0), json(-1e-12), json("1e-12"), json(false)}) {
    CHECK(refusal_with("layer_norm_eps", wrong) ==
          fmt::format(": 'layer_norm_eps' is {}, expected a number above 0", wrong.dump()));
  }
  CHECK(contains(refusal_with("id2label", {"no", "perhaps", "yes"}), "expected an object of names by class"));
  for (const json& wrong : {json{{"0", "no"}, {"2", "yes"}}, json{{"0", "no"}, {"1", 1}}}) {
    CHECK(contains(refusal_with("id2label", wrong), "expected a name for each class from \"0\" to \"1\""));
  }
  CHECK(contains(refusal_with("model_type", std::string(1000, 'x')), std::string(59, 'x') + "..., expected"));
}

TEST_CASE("architectures decide what a network is for") {
  for (const char* classifier : {"BertForSequenceClassification", "TFBertForSequenceClassification"}) {
    CHECK(refusal_with("architectures", json::array({classifier})) == "no error");
  }
  CHECK(refusal_with("architectures", json::array()) == "no error");
  CHECK(refusal_with("architectures", json::array({"BertForTokenClassification"})) ==
        ": 'architectures' is [\"BertForTokenClassification\"], expected \"BertForSequenceClassification\" "
        "(classes or "
        "a score), \"BertModel\" (embeddings), or \"BertForMaskedLM\" or \"BertForPreTraining\" (embeddings; "
        "their "
        "heads are left out)");
  for (const char* other :
       {"BertForQuestionAnswering", "BertForMultipleChoice", "BertForNextSentencePrediction",
        "BertLMHeadModel", "RobertaForSequenceClassification"}) {
    CHECK(contains(refusal_with("architectures", json::array({other})), other));
  }
  CHECK(contains(refusal_with("architectures", "BertModel"), "expected a list of one name"));
  CHECK(contains(refusal_with("architectures", json::array({"BertModel"})),
                 ": 'architectures' says BertModel, which has no classifier, but "));
  CHECK(contains(refusal_with("architectures", json::array({"BertForMaskedLM"})), "has 'classifier.weight'"));
}

TEST_CASE(
    "an encoder without a classifier is none where a classifier is said, and pre-training is left out") {
  const TempFolder folder;
  const Checkpoint bert = small_bert();
  Checkpoint headless;
  for (const auto& [name, entry] : bert.weights.entries()) {
    if (name.starts_with("classifier.")) continue;
    headless.weights.add(name, Tensor(entry.tensor.shape(), entry.tensor.values()), name);
  }
  const auto weights = folder.write("x.safetensors", safetensors_of(headless, with_bert));
  const auto assumed = [&](const char* architecture) {
    const auto config = folder.write("y.json", json{{"architectures", {architecture}}}.dump());
    std::string sentences;
    const std::string message = message_of([&] {
      for (const std::string& sentence : open_checkpoint(weights, config).assumed)
        sentences += sentence + "\n";
    });
    return message == "no error" ? sentences : message;
  };
  CHECK(contains(assumed("BertForSequenceClassification"),
                 "which has a classifier, but " + weights.string() + " has none"));
  CHECK(contains(assumed("BertForMaskedLM"),
                 "is a BertForMaskedLM: the heads of pre-training are left out, and the "
                 "network gives embeddings\n"));
  CHECK_FALSE(contains(assumed("BertModel"), "pre-training"));
  CHECK(contains(assumed("BertModel"), "embeddings are the means of a text's tokens"));
}

TEST_CASE("one class or one score a text, not several labels") {
  CHECK(refusal_with("problem_type", "multi_label_classification") ==
        ": 'problem_type' is \"multi_label_classification\", expected \"single_label_classification\" or "
        "\"regression\": one class or one score a text is all that can be evaluated");
  CHECK(refusal_with("problem_type", "single_label_classification") == "no error");
  CHECK(refusal_with("problem_type", nullptr) == "no error");
  CHECK(
      contains(refusal_with("problem_type", "regression"), "one that goes with the classifier's 3 outputs"));
  CHECK(contains(refusal_with("num_labels", 4), "'num_labels' is 4, expected 3, as the classifier in "));
}

TEST_CASE("other parts of a config that change results are refused") {
  CHECK(contains(refusal_with("tokenizer_class", "BertJapaneseTokenizer"), "'tokenizer_class' is"));
  CHECK(contains(refusal_with("pruned_heads", {{"0", {1}}}), "'pruned_heads' is {\"0\":[1]}, expected {}"));
  CHECK(refusal_with("pruned_heads", json::object()) == "no error");
}

TEST_CASE(
    "one token type and two positions beyond a round number are a RoBERTa's, unless a config says BERT") {
  const auto refusal_of_shapes = [](int64_t types, int64_t positions, const json& config) {
    const TempFolder folder;
    Hdf5Writer writer(folder.path() / "x.h5");
    const auto write = [&](const std::string& name, const Shape& shape) {
      const auto count = static_cast<std::size_t>(element_count(shape));
      writer.write_floats(name, shape, std::vector<float>(count, 1));
    };
    write("embeddings.word_embeddings.weight", {4, 1});
    write("embeddings.token_type_embeddings.weight", {types, 1});
    write("embeddings.position_embeddings.weight", {positions, 1});
    for (const char* leaf : {"weight", "bias"}) write(std::string("embeddings.LayerNorm.") + leaf, {1});
    if (!config.is_null()) writer.set_attribute("", "config", config.dump());
    writer.commit();
    const std::string bytes = bytes_of(folder.path() / "x.h5");
    const std::string message = message_of([&] { (void)open_checkpoint(folder.path() / "x.h5"); });
    CHECK(contains(message_of([&] { (void)open_checkpoint_image(std::as_bytes(std::span(bytes)), "x"); }),
                   "RoBERTa") == contains(message, "RoBERTa"));
    return message;
  };
  for (const int64_t positions : {34, 130, 258, 514, 4098}) {
    CHECK(contains(refusal_of_shapes(1, positions, nullptr), "as a RoBERTa has"));
    CHECK(contains(refusal_of_shapes(1, positions, {{"num_attention_heads", 1}}), "as a RoBERTa has"));
    CHECK(refusal_of_shapes(1, positions, {{"model_type", "bert"}}) == "no error");
    CHECK(refusal_of_shapes(2, positions, nullptr) == "no error");
  }
  for (const int64_t positions : {2, 3, 24, 512, 515})
    CHECK(refusal_of_shapes(1, positions, nullptr) == "no error");
}

TEST_CASE("a config that is no JSON object is refused, from wherever it comes") {
  CHECK(refusal("{") == " is no valid JSON: it is wrong at byte 2 of 1");
  CHECK(refusal("") == " is no valid JSON: it is wrong at byte 1 of 0");
  CHECK(refusal(R"({"a": 1, "a": 2})") == " names 'a' twice");
  CHECK(refusal("[1]") == ": expected an object, found [1]");
  const TempFolder folder;
  const auto weights = write_bert(folder, json("text"));
  CHECK(message_of([&] { (void)open_checkpoint(weights); }) ==
        weights.string() + ": attribute 'config': expected an object, found \"text\"");
  write_bert(folder);
  const auto beside = folder.write("config.json", "{");
  CHECK(
      message_of([&] { (void)open_checkpoint(weights); }).starts_with(beside.string() + " is no valid JSON"));
  const auto none = folder.path() / "none.json";
  CHECK(message_of([&] { (void)open_checkpoint(weights, none); }) ==
        none.string() + ": there is no such file");
}
