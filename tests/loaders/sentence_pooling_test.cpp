// The files of sentence-transformers beside an encoder.
#include "loaders/sentence_pooling.h"

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "loaders/checkpoint.h"
#include "tests/support/berts.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;
using nlohmann::json;

namespace {

const json kFirst = {
    {"word_embedding_dimension", 6}, {"pooling_mode_cls_token", true}, {"pooling_mode_mean_tokens", false}};

json module(const std::string& kind, const std::string& path) {
  return {{"idx", 0}, {"name", "0"}, {"path", path}, {"type", "sentence_transformers.models." + kind}};
}

/// The small BERT, with or without its classifier, in a folder with other files.
struct Folder {
  explicit Folder(const json& files, const std::string& weights_name = "x.safetensors",
                  bool classifier = false) {
    Checkpoint encoder;
    const Checkpoint bert = small_bert();
    for (const auto& [name, entry] : bert.weights.entries()) {
      if (!classifier && name.starts_with("classifier.")) continue;
      encoder.weights.add(name, Tensor(entry.tensor.shape(), entry.tensor.values()), name);
    }
    weights = temp.write(weights_name, safetensors_of(encoder, with_bert));
    for (const auto& [name, content] : files.items()) temp.write(name, content.dump());
  }

  [[nodiscard]] Checkpoint open() const { return open_checkpoint(weights); }

  /// Why it is refused, without the folder.
  [[nodiscard]] std::string refusal() const {
    const std::string message = message_of([&] { (void)open(); });
    const std::string prefix = temp.path().string() + "/";
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  }

  TempFolder temp;
  std::filesystem::path weights;
};

SentencePooling pooling_of(const json& config) {
  return Folder(json{{"1_Pooling/config.json", config}}).open().bert->pooling;
}

std::string pooling_refusal(const json& config) {
  return Folder(json{{"1_Pooling/config.json", config}}).refusal();
}

}  // namespace

TEST_CASE("the pooling of 1_Pooling, with or without modules.json") {
  CHECK(pooling_of(kFirst) == SentencePooling::first_token);
  CHECK(pooling_of({{"pooling_mode_mean_tokens", true}}) == SentencePooling::mean);
  CHECK(pooling_of(json::object()) == SentencePooling::mean);
  CHECK(pooling_of({{"pooling_mode", "cls"}}) == SentencePooling::first_token);
  CHECK(pooling_of({{"pooling_mode", "mean"}}) == SentencePooling::mean);
  const json modules = {module("Transformer", ""), module("Pooling", "pool"), module("Dropout", "")};
  const Checkpoint named = Folder(json{{"modules.json", modules}, {"pool/config.json", kFirst}}).open();
  CHECK(named.bert->pooling == SentencePooling::first_token);
  CHECK(named.assumed.empty());
}

TEST_CASE("an encoder in a folder of its own finds the modules above it") {
  const json files = {
      {"modules.json", {module("Transformer", "0_Transformer"), module("Pooling", "1_Pooling")}},
      {"1_Pooling/config.json", kFirst}};
  CHECK(Folder(files, "0_Transformer/x.safetensors").open().bert->pooling == SentencePooling::first_token);
  CHECK(Folder(files, "other/x.safetensors").open().bert->pooling == SentencePooling::mean);
}

TEST_CASE("what is assumed about pooling, and not done as the files say, is told") {
  const Folder bare(json::object());
  CHECK(bare.open().assumed ==
        std::vector<std::string>{"embeddings are the means of a text's tokens, for no modules.json or "
                                 "1_Pooling/config.json lies beside " +
                                 bare.weights.string()});
  const json modules = {module("Transformer", ""), module("Pooling", "1_Pooling"),
                        module("Normalize", "2_Normalize")};
  const auto assumed = Folder(json{{"modules.json", modules},
                                   {"1_Pooling/config.json", kFirst},
                                   {"config_sentence_transformers.json",
                                    {{"default_prompt_name", "query"}, {"similarity_fn_name", "dot"}}}})
                           .open()
                           .assumed;
  REQUIRE(assumed.size() == 3);
  CHECK(contains(assumed[0], "embeddings are not normalised, which changes their norms and no cosine"));
  CHECK(contains(assumed[1], "its prompt 'query' is not put before texts"));
  CHECK(contains(assumed[2], "pairs are compared by their cosine, not by 'dot'"));
}

TEST_CASE("a network with a classifier pools by its own pooler") {
  const Checkpoint read =
      Folder(json{{"1_Pooling/config.json", {{"pooling_mode", "max"}}}}, "x.safetensors", true).open();
  CHECK(read.bert->pooling == SentencePooling::mean);
  CHECK(read.assumed.empty());
}

TEST_CASE("pooling that cannot be run is refused by name") {
  constexpr const char* kExpected =
      "expected the mean of the tokens or the first one alone, the only kinds of pooling that can be run";
  for (const char* mode : {"max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"}) {
    const std::string key = std::string("pooling_mode_") + mode;
    CHECK(pooling_refusal({{key, true}}) == "1_Pooling/config.json: '" + key + "' is true, " + kExpected);
    CHECK(pooling_refusal({{key, false}}) == "no error");
  }
  // The mean is sentence-transformers' default.
  CHECK(contains(pooling_refusal({{"pooling_mode_cls_token", true}}), "'pooling_mode_mean_tokens' is true"));
  CHECK(contains(pooling_refusal({{"pooling_mode_mean_tokens", false}}),
                 "'pooling_mode_mean_tokens' is false"));
  CHECK(contains(pooling_refusal({{"pooling_mode", "max"}}), "'pooling_mode' is \"max\", expected the mean"));
  CHECK(contains(pooling_refusal({{"pooling_mode_cls_token", 1}}), "expected true or false"));
  CHECK(contains(pooling_refusal({{"word_embedding_dimension", 7}}),
                 "is 7, expected the encoder's 6 features"));
}

TEST_CASE("modules that cannot be run are refused by name") {
  const auto refusal = [](const json& modules) {
    return Folder(json{{"modules.json", modules}, {"1_Pooling/config.json", kFirst}}).refusal();
  };
  const json transformer = module("Transformer", ""), pooling = module("Pooling", "1_Pooling");
  CHECK(refusal({transformer, pooling, module("Dense", "2_Dense")}) ==
        "modules.json: 'type' is \"sentence_transformers.models.Dense\", expected a Transformer, Pooling or "
        "Normalize, "
        "the only modules that can be run");
  CHECK(refusal(json::array({transformer})) ==
        "modules.json: expected one Pooling among the modules, found 0");
  CHECK(refusal({transformer, pooling, pooling}) ==
        "modules.json: expected one Pooling among the modules, found 2");
  CHECK(contains(refusal({transformer, module("Pooling", "absent")}), "there is no such file"));
  CHECK(refusal({{"a", 1}}) == "modules.json: expected a list of modules");
}
