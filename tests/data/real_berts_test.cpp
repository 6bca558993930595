// The BERT encoders of the shared data folder: what they are, and that both kinds of file are read as they
// lie.
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/checkpoint.h"

using namespace dpac;

namespace {

const std::filesystem::path kData = DPAC_SHARED_DATA;

/// 6 layers of width 384 and 12 heads, as its config.json says, and these classes.
void check_minilm(const std::filesystem::path& path, const std::vector<std::string>& labels) {
  const Checkpoint checkpoint = open_checkpoint(kData / path);
  REQUIRE(checkpoint.bert);
  CHECK(checkpoint.bert->heads == 12);
  CHECK(checkpoint.bert->labels == labels);
  CHECK(checkpoint.bert->layer_norm_epsilon == 1e-12);
  const WeightStore& weights = checkpoint.weights;
  CHECK(weights.entries().size() == 5 + 6 * 16 + 4);
  REQUIRE(weights.contains("encoder.layer.5.intermediate.dense.weight"));
  CHECK(weights.find("encoder.layer.5.intermediate.dense.weight")->shape() == Shape{1536, 384});
  REQUIRE(weights.contains("embeddings.word_embeddings.weight"));
  CHECK(weights.find("embeddings.word_embeddings.weight")->shape() == Shape{30522, 384});
  REQUIRE(weights.contains("classifier.weight"));
  CHECK(weights.find("classifier.weight")->shape() == Shape{static_cast<int64_t>(labels.size()), 384});
}

}  // namespace

TEST_CASE("MiniLM in safetensors and in HDF5: 6 layers, 12 heads and the names of the classes") {
  check_minilm("minilm-mnli/model.safetensors", {"entailment", "neutral", "contradiction"});
  check_minilm("minilm-sst2/pytorch_model.h5", {"negative", "positive"});
}
