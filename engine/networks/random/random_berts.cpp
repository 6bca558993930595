#include <fmt/format.h>

#include "engine/networks/random/random_families.h"

namespace dpac {

void fill(const RandomBert& network, RandomWeights& weights) {
  constexpr int64_t kTokens = 30522, kPositions = 512, kTypes = 2, kTextClasses = 2;  // bert-base-uncased's.
  const int64_t features = network.features, intermediate = 4 * features;
  weights.embedding("embeddings.word_embeddings", kTokens, features);
  weights.embedding("embeddings.position_embeddings", kPositions, features);
  weights.embedding("embeddings.token_type_embeddings", kTypes, features);
  weights.layer_norm("embeddings.LayerNorm", features);
  for (int i = 0; i < network.layers; ++i) {
    const std::string layer = fmt::format("encoder.layer.{}", i);
    for (const char* part : {".attention.self.query", ".attention.self.key", ".attention.self.value",
                             ".attention.output.dense"}) {
      weights.linear(layer + part, features, features);
    }
    weights.layer_norm(layer + ".attention.output.LayerNorm", features);
    weights.linear(layer + ".intermediate.dense", intermediate, features);
    weights.linear(layer + ".output.dense", features, intermediate);
    weights.layer_norm(layer + ".output.LayerNorm", features);
  }
  weights.linear("pooler.dense", features, features);
  weights.linear("classifier", kTextClasses, features);
}

}  // namespace dpac
