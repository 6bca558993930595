#include "engine/networks/bert.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/networks/weight_reader.h"
#include "kernels/error.h"

namespace dpac {
namespace {

constexpr const char* kNetwork = "a BERT encoder";
constexpr int64_t kAny = -1;

constexpr const char *kWords = "embeddings.word_embeddings.weight",
                     *kPositions = "embeddings.position_embeddings.weight",
                     *kTypes = "embeddings.token_type_embeddings.weight";

std::vector<float> copied(const Tensor* values) {
  if (values == nullptr) return {};
  return {values->values().begin(), values->values().end()};
}

class Builder {
 public:
  Builder(const Checkpoint& checkpoint, WeightReader reader, const BertOptions& options)
      : checkpoint_(checkpoint),
        traits_(checkpoint.bert.value_or(BertTraits{})),
        options_(options),
        reader_(std::move(reader)) {}

  Graph build() {
    embeddings();
    heads_ = find_heads();
    int layers = 0;
    for (; checkpoint_.weights.contains(layer_name(layers) + ".attention.self.query.weight"); ++layers) {
      encoder_layer(layer_name(layers));
    }
    const bool classifies = checkpoint_.weights.contains("classifier.weight");
    if (classifies) classifier();
    if (!classifies) embedding();
    reader_.finish();
    check_classes();
    graph_.architecture = fmt::format("BERT {}x{}", layers, features_);
    graph_.class_names = traits_.labels;
    graph_.assumed = checkpoint_.assumed;
    for (const auto& entry : checkpoint_.weights.entries()) {
      graph_.parameters += element_count(entry.second.tensor.shape());
    }
    return std::move(graph_);
  }

 private:
  static std::string layer_name(int layer) { return fmt::format("encoder.layer.{}", layer); }
  [[nodiscard]] int last() const { return graph_.last(); }

  int add(std::string name, Op op, int64_t features, std::vector<int> inputs) {
    features_of_.push_back(features);
    return graph_.add(std::move(name), std::move(op), std::move(inputs));
  }

  /// An empty one where the walk goes on without it.
  SharedTensor claim(const Tensor* found, const std::string& name) {
    return share(found == nullptr ? Tensor() : reader_.claim(name));
  }

  [[nodiscard]] int64_t features_of(int node) const { return features_of_[static_cast<std::size_t>(node)]; }

  void embeddings() {
    const Tensor* words = reader_.take(kWords, {kAny, kAny});
    if (words == nullptr) reader_.fail();
    features_ = words->dim(1);
    const Tensor* positions = reader_.take(kPositions, {kAny, features_});
    const Tensor* types = reader_.take(kTypes, {kAny, features_});
    if (positions != nullptr && (options_.tokens < 1 || options_.tokens > positions->dim(0))) {
      throw Error(
          fmt::format("{}: a sequence of {} tokens was asked for, but there are {} position embeddings",
                      checkpoint_.path, options_.tokens, positions->dim(0)));
    }
    const auto tokens = static_cast<double>(options_.tokens);
    graph_.lengths = {tokens, tokens * tokens};
    add("embeddings",
        EmbeddingOp{claim(words, kWords), claim(positions, kPositions), claim(types, kTypes),
                    options_.tokens},
        features_, {});
    layer_norm("embeddings.LayerNorm");
  }

  [[nodiscard]] int64_t find_heads() const {
    const std::optional<int64_t> heads = options_.heads ? options_.heads : traits_.heads;
    if (!heads) {
      throw Error(
          fmt::format("{}: neither the file nor a config.json beside it says how many attention heads "
                      "the network has; give --heads or --config",
                      checkpoint_.path));
    }
    if (*heads < 1 || features_ % *heads != 0) {
      throw Error(fmt::format("{}: {} attention heads do not divide {} features", checkpoint_.path, *heads,
                              features_));
    }
    return *heads;
  }

  void layer_norm(const std::string& name) {
    const int input = last();
    const int64_t features = features_of(input);
    const Tensor* gamma = reader_.take(name + ".weight", {features});
    const Tensor* beta = reader_.take(name + ".bias", {features});
    add(name,
        LayerNormOp{pad_channels(copied(gamma)), pad_channels(copied(beta)),
                    static_cast<float>(traits_.layer_norm_epsilon)},
        features, {input});
  }

  /// A linear layer on every pixel; `outputs` may be kAny.
  int linear(const std::string& name, int input, int64_t outputs) {
    const Tensor* weights = reader_.take(name + ".weight", {outputs, features_of(input)});
    const int64_t channels = weights == nullptr ? std::max<int64_t>(outputs, 1) : weights->dim(0);
    const Tensor* bias = reader_.take(name + ".bias", {channels});
    return add(name, LinearOp{claim(weights, name + ".weight"), copied(bias)}, channels, {input});
  }

  void add_residual(const std::string& name, int a, int b) { add(name, AddOp{}, features_of(a), {a, b}); }

  void activation(const std::string& name, ActivationOp::Kind kind) {
    const int input = last();
    add(name, ActivationOp{kind}, features_of(input), {input});
  }

  void encoder_layer(const std::string& name) {
    const int input = last(), context = attention(name + ".attention.self", input);
    add_residual(name + ".attention.output", linear(name + ".attention.output.dense", context, features_),
                 input);
    layer_norm(name + ".attention.output.LayerNorm");
    const int attended = last();
    linear(name + ".intermediate.dense", attended, kAny);
    activation(name + ".intermediate", ActivationOp::Kind::gelu);
    add_residual(name + ".output", linear(name + ".output.dense", last(), features_), attended);
    layer_norm(name + ".output.LayerNorm");
  }

  int attention(const std::string& name, int input) {
    const int query = linear(name + ".query", input, features_);
    const int key = linear(name + ".key", input, features_);
    const int value = linear(name + ".value", input, features_);
    return add(name, AttentionOp{heads_}, features_, {query, key, value});
  }

  void classifier() {
    pool("first_token", TokenPoolOp::Kind::first);
    linear("pooler.dense", last(), features_);
    activation("pooler", ActivationOp::Kind::tanh);
    linear("classifier", last(), kAny);
  }

  void embedding() {
    reader_.leave("pooler.dense.weight");
    reader_.leave("pooler.dense.bias");
    const bool first = traits_.pooling == SentencePooling::first_token;
    pool(first ? "first_token" : "mean_pooling", first ? TokenPoolOp::Kind::first : TokenPoolOp::Kind::mean);
  }

  void pool(const std::string& name, TokenPoolOp::Kind kind) {
    const int input = last();
    add(name, TokenPoolOp{kind}, features_, {input});
  }

  void check_classes() const {
    const auto names = static_cast<int64_t>(traits_.labels.size());
    if (names == 0 || names == features_of(last())) return;
    throw Error(fmt::format("{}: its configuration names {} classes, but the classifier has {} outputs",
                            checkpoint_.path, names, features_of(last())));
  }

  const Checkpoint& checkpoint_;
  const BertTraits traits_;
  BertOptions options_;
  WeightReader reader_;
  Graph graph_;
  std::vector<int64_t> features_of_;  // Of the graph's nodes.
  int64_t features_ = 0, heads_ = 0;
};

}  // namespace

Graph build_bert(const Checkpoint& checkpoint, const BertOptions& options) {
  return Builder(checkpoint, {checkpoint, kNetwork}, options).build();
}

Graph build_bert(Checkpoint&& checkpoint, const BertOptions& options) {
  const Checkpoint& emptied = checkpoint;  // Piece by piece, while it is read.
  return Builder(emptied, {std::move(checkpoint), kNetwork}, options).build();
}

}  // namespace dpac
