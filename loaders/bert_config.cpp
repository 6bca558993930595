#include "loaders/bert_config.h"

#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/bert_head.h"
#include "loaders/json_entries.h"
#include "loaders/parse_json.h"
#include "loaders/text/tokenizer_entries.h"

namespace dpac {
namespace {

using nlohmann::json;

/// A size that the config and the shape of a weight both give.
struct SharedSize {
  const char *key, *weight;
  std::size_t dim;
};

constexpr SharedSize kSharedSizes[] = {
    {"vocab_size", "embeddings.word_embeddings.weight", 0},
    {"hidden_size", "embeddings.word_embeddings.weight", 1},
    {"max_position_embeddings", "embeddings.position_embeddings.weight", 0},
    {"type_vocab_size", "embeddings.token_type_embeddings.weight", 0},
    {"intermediate_size", "encoder.layer.0.intermediate.dense.weight", 0},
};

int64_t layer_count(const WeightStore& weights) {
  constexpr std::string_view kLayer = "encoder.layer.";
  std::set<std::string> numbers;
  for (const auto& [name, entry] : weights.entries()) {
    if (!name.starts_with(kLayer)) continue;
    numbers.insert(name.substr(kLayer.size(), name.find('.', kLayer.size()) - kLayer.size()));
  }
  return static_cast<int64_t>(numbers.size());
}

class ConfigReader {
 public:
  ConfigReader(const JsonEntries& config, const Checkpoint& checkpoint)
      : config_(config), checkpoint_(checkpoint) {}

  BertTraits read() {
    check_kind();
    check_sizes();
    BertTraits traits;
    traits.heads = read_heads();
    if (const json* epsilon = config_.find("layer_norm_eps"))
      traits.layer_norm_epsilon = epsilon_of(*epsilon);
    traits.labels = read_labels();
    return traits;
  }

 private:
  void check_kind() const {
    const std::pair<const char*, json> expected[] = {
        {"model_type", "bert"}, {"hidden_act", "gelu"},         {"position_embedding_type", "absolute"},
        {"is_decoder", false},  {"add_cross_attention", false}, {"pruned_heads", json::object()}};
    for (const auto& [key, only] : expected) config_.require(key, only, ", the only kind that can be run");
    check_tokenizer_class(config_);
    const bool named = config_.find("model_type") != nullptr || config_.find("architectures") != nullptr;
    if (!named) check_is_bert(checkpoint_);
  }

  void check_size(const std::string& key, int64_t in_weights) const {
    const auto size = config_.count(key);
    if (!size || *size == in_weights) return;
    config_.fail(key, *size, fmt::format("{}, as the weights in {} have it", in_weights, checkpoint_.path));
  }

  void check_sizes() const {
    for (const SharedSize& size : kSharedSizes) {
      const Tensor* weight = checkpoint_.weights.find(size.weight);
      if (weight != nullptr && weight->rank() == 2) check_size(size.key, weight->dim(size.dim));
    }
    check_size("num_hidden_layers", layer_count(checkpoint_.weights));
  }

  [[nodiscard]] std::optional<int64_t> read_heads() const {
    const std::string key = "num_attention_heads";
    const auto heads = config_.count(key), width = config_.count("hidden_size");
    if (heads && width && *width % *heads != 0) {
      config_.fail(key, *heads, fmt::format("a divisor of hidden_size, which is {}", *width));
    }
    return heads;
  }

  [[nodiscard]] double epsilon_of(const json& value) const {
    const double epsilon = value.is_number() ? value.get<double>() : 0;
    if (!(epsilon > 0) || !std::isfinite(epsilon)) config_.fail("layer_norm_eps", value, "a number above 0");
    return epsilon;
  }

  [[nodiscard]] std::vector<std::string> read_labels() const {
    const std::string key = "id2label";
    const json* names = config_.find(key);
    const Tensor* classifier = checkpoint_.weights.find("classifier.weight");
    if (names == nullptr || classifier == nullptr) return {};
    if (!names->is_object()) config_.fail(key, *names, "an object of names by class");
    std::vector<std::string> labels;
    bool made_up = true;
    for (std::size_t i = 0; i < names->size(); ++i) {
      const auto name = names->find(std::to_string(i));
      if (name == names->end() || !name->is_string()) {
        config_.fail(key, *names,
                     fmt::format("a name for each class from \"0\" to \"{}\"", names->size() - 1));
      }
      labels.push_back(name->get<std::string>());
      made_up = made_up && labels.back() == fmt::format("LABEL_{}", i);
    }
    if (made_up) return {};
    const int64_t classes = classifier->rank() == 0 ? 1 : classifier->dim(0);
    if (static_cast<int64_t>(labels.size()) != classes) {
      config_.fail(key, *names, fmt::format("{} names, one for each class of the classifier", classes));
    }
    return labels;
  }

  const JsonEntries& config_;
  const Checkpoint& checkpoint_;
};

}  // namespace

void read_bert_config(const std::string& text, const std::string& where, Checkpoint& checkpoint) {
  const json parsed = parse_json(text, where);
  const JsonEntries config(parsed, where);
  checkpoint.bert = ConfigReader(config, checkpoint).read();
  std::string head = check_bert_head(config, checkpoint);
  if (!head.empty()) checkpoint.assumed.push_back(std::move(head));
}

void check_is_bert(const Checkpoint& checkpoint) {
  constexpr int64_t kRobertaOffset = 2, kRoundLength = 8;
  const Tensor* types = checkpoint.weights.find("embeddings.token_type_embeddings.weight");
  const Tensor* positions = checkpoint.weights.find("embeddings.position_embeddings.weight");
  if (types == nullptr || positions == nullptr || types->rank() != 2 || positions->rank() != 2) return;
  const int64_t length = positions->dim(0) - kRobertaOffset;
  if (types->dim(0) != 1 || length < kRoundLength || length % kRoundLength != 0) return;
  throw Error(fmt::format(
      "{}: has one token type and {} position embeddings, {} more than {}, as a RoBERTa has, which numbers "
      "positions and parts words in other ways; of the text encoders only BERT can be run. Where it is one, "
      "a "
      "config.json with \"model_type\": \"bert\" says so",
      checkpoint.path, positions->dim(0), kRobertaOffset, length));
}

}  // namespace dpac
