// What is said of checkpoints and sequences that do not fit.

#include <algorithm>

#include <doctest/doctest.h>

#include "engine/networks/bert.h"
#include "kernels/error.h"
#include "tests/support/bert_runs.h"

using namespace dpac;
using namespace dpac::test;

namespace {

/// A copy without some weights.
Checkpoint without(const Checkpoint& checkpoint, const std::vector<std::string>& names) {
  Checkpoint copy{
      .path = checkpoint.path, .format = {}, .weights = {}, .traits = {}, .bert = checkpoint.bert};
  for (const auto& [name, entry] : checkpoint.weights.entries()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    copy.weights.add(name, Tensor(entry.tensor.shape(), entry.tensor.values()), name);
  }
  return copy;
}

std::string message_of(const Checkpoint& checkpoint, const BertOptions& options) {
  try {
    build_bert(checkpoint, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// One sequence of a network, whose parts a test spoils.
struct Reader {
  RandomBert shape;
  Network network{build(shape), {.batch = 1, .threads = 1}};
  std::vector<int32_t> ids = {1, 2, 3}, types = {0, 0, 1};
  int64_t real = 3;

  std::string message(std::vector<int64_t> samples = {7}) {
    std::vector<float> logits(samples.size() * static_cast<std::size_t>(shape.outputs));
    const std::vector<TokenSequence> one = {{ids, types, real}};
    try {
      network.run(std::span<const TokenSequence>(one), samples, logits);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

}  // namespace

TEST_CASE("sizes of a BERT come from its weights, heads from the options before the file") {
  const Checkpoint checkpoint = random_bert({.features = 52, .layers = 3, .intermediate = 40});
  const Graph graph = build_bert(checkpoint, {.tokens = 24});
  CHECK(graph.architecture == "BERT 3x52");
  CHECK(output_channels(graph) == 3);
  CHECK(graph.reads_text());
  int64_t parameters = 0;
  for (const auto& [name, entry] : checkpoint.weights.entries())
    parameters += element_count(entry.tensor.shape());
  CHECK(graph.parameters == parameters);
  const auto layers = analog_layers(graph);
  REQUIRE(layers.size() == 3 * 8 + 2);
  CHECK(layers[3].dot_length == 26);
  CHECK(layers[3].macs == 52 * 24 * 24);
  CHECK(layers[4].dot_length == 24);
  CHECK(layers[4].outputs == 52 * 24);
  CHECK(layers[4].macs == 52 * 24 * 24);
  CHECK(layers[6].macs == 52 * 40 * 24);
  CHECK(layers.back().macs == 3 * 52);
  CHECK(analog_layers(build_bert(checkpoint, {.heads = 4, .tokens = 24}))[3].dot_length == 13);
}

TEST_CASE("heads that are unknown or do not divide the features are refused") {
  Checkpoint checkpoint = random_bert({.features = 52});
  const std::string divide = message_of(checkpoint, {.heads = 5, .tokens = 24});
  CHECK(divide == "random_bert.h5: 5 attention heads do not divide 52 features");
  CHECK(message_of(checkpoint, {.heads = 0, .tokens = 24}).find("0 attention heads") != std::string::npos);
  checkpoint.bert->heads.reset();
  CHECK(message_of(checkpoint, {.tokens = 24}).find("how many attention heads") != std::string::npos);
  CHECK(message_of(checkpoint, {.heads = 2, .tokens = 24}).empty());
}

TEST_CASE("missing, extra and mis-shaped weights come in one error") {
  const std::string missing = "encoder.layer.1.attention.self.key.bias",
                    wrong = "encoder.layer.0.output.LayerNorm.weight", extra = "cls.predictions.bias";
  Checkpoint checkpoint = without(random_bert({}), {missing, wrong});
  checkpoint.weights.add(wrong, Tensor(Shape{31}, std::vector<float>(31)), wrong);
  checkpoint.weights.add(extra, Tensor(Shape{2}, std::vector<float>(2)), extra);
  const std::string message = message_of(checkpoint, {.tokens = 24});
  CHECK(message.find("random_bert.h5: the weights do not make up a BERT encoder (3 problems)") == 0);
  CHECK(message.find("missing '" + missing + "' of shape [32]") != std::string::npos);
  CHECK(message.find("'" + wrong + "') has shape [31], expected [32]") != std::string::npos);
  CHECK(message.find("extra dataset '" + extra + "'") != std::string::npos);
  const std::string words = "embeddings.word_embeddings.weight";
  CHECK(message_of(without(random_bert({}), {words}), {}).find("missing '" + words) != std::string::npos);
}

TEST_CASE("a layer that has lost its query is extra weights, not a shorter network") {
  const Checkpoint checkpoint = without(random_bert({}), {"encoder.layer.1.attention.self.query.weight"});
  const std::string message = message_of(checkpoint, {.tokens = 24});
  CHECK(message.find("encoder.layer.1.attention.self.query.bias") != std::string::npos);
}

TEST_CASE("names of classes are as many as outputs, and sequences fit the positions") {
  Checkpoint checkpoint = random_bert({});
  checkpoint.bert->labels = {"no", "yes"};
  CHECK(message_of(checkpoint, {.tokens = 24}) ==
        "random_bert.h5: its configuration names 2 classes, but the classifier has 3 outputs");
  checkpoint.bert->labels = {"no", "perhaps", "yes"};
  CHECK(build_bert(checkpoint, {.tokens = 24}).class_names == checkpoint.bert->labels);
  for (const int64_t tokens : {0, 25}) {
    const std::string message = message_of(checkpoint, {.tokens = tokens});
    CHECK(message.find(std::to_string(tokens) + " tokens was asked for, but there are 24 position") !=
          std::string::npos);
  }
}

TEST_CASE("sequences that the network cannot read are refused by their sample") {
  CHECK(Reader().message().empty());
  const auto spoiled = [](const auto& spoil) {
    Reader reader;
    spoil(reader);
    return reader.message();
  };
  CHECK(spoiled([](Reader& r) { r.ids[1] = 40; }).find("sample 7: a token is beyond the 40 word") == 0);
  CHECK(spoiled([](Reader& r) { r.ids[2] = -1; }).find("sample 7: a token is beyond") == 0);
  CHECK(spoiled([](Reader& r) { r.types[0] = 2; }).find("sample 7: ") == 0);
  CHECK(spoiled([](Reader& r) { r.types[0] = -1; }).find("sample 7: ") == 0);
  CHECK(spoiled([](Reader& r) { r.types.pop_back(); }) == "sample 7: 3 tokens with 2 types, 3 of them real");
  CHECK(spoiled([](Reader& r) { r.real = 0; }) == "sample 7: 3 tokens with 3 types, 0 of them real");
  CHECK(spoiled([](Reader& r) { r.real = 4; }).find("4 of them real") != std::string::npos);
  CHECK(spoiled([](Reader& r) { r.ids = r.types = std::vector<int32_t>(25, 0); }) ==
        "sample 7: 25 tokens, but the network reads 1 to 24");
  CHECK(spoiled([](Reader& r) { r.ids = r.types = {}; }).find("0 tokens") != std::string::npos);
  CHECK(Reader().message({7, 8}).find("2 samples of text need as many sequences, but 1") == 0);
}

TEST_CASE("a type beyond the embeddings is not called a pair where there are two types") {
  Reader reader;
  reader.types[0] = 2;
  CHECK(reader.message() == "sample 7: a token of another type, but the network has 2 type embeddings");
}

TEST_CASE("images are refused by text networks, and sequences by image networks") {
  const RandomBert shape;
  Network text(build(shape), {.batch = 1, .threads = 1});
  std::vector<float> logits(3);
  const std::vector<int64_t> one = {0};
  CHECK_THROWS_WITH_AS(text.run(std::vector<float>(32 * 24), one, logits),
                       doctest::Contains("1 samples of text need as many sequences, but 0"), Error);
  const NetworkCase c = network_cases().front();
  Network images(build(c), {.batch = 1, .threads = 1});
  const RandomSequences sequences(shape, {{3, 3}});
  logits.resize(10);
  CHECK_THROWS_WITH_AS(images.run(std::span(sequences.all()), one, logits),
                       doctest::Contains("input values, but 0 were given"), Error);
}
