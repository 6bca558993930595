#include "loaders/bert_config.h"

#include <cmath>
#include <set>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/parse_json.h"

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

/// A value as a message shows it.
std::string shown(const json& value) {
  constexpr std::size_t kLongest = 60;
  std::string text = value.dump(-1, ' ', true);
  if (text.size() > kLongest) text.replace(kLongest, std::string::npos, "...");
  return text;
}

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
  ConfigReader(const json& config, const std::string& where, const Checkpoint& checkpoint)
      : config_(config), where_(where), checkpoint_(checkpoint) {}

  BertTraits read() {
    if (!config_.is_object())
      throw Error(fmt::format("{}: expected an object, found {}", where_, shown(config_)));
    check_kind();
    check_sizes();
    BertTraits traits;
    traits.heads = read_heads();
    if (const json* epsilon = find("layer_norm_eps")) traits.layer_norm_epsilon = epsilon_of(*epsilon);
    traits.labels = read_labels();
    return traits;
  }

 private:
  [[noreturn]] void fail(const std::string& key, const json& found, const std::string& expected) const {
    throw Error(fmt::format("{}: '{}' is {}, expected {}", where_, key, shown(found), expected));
  }

  /// Null says nothing.
  [[nodiscard]] const json* find(const std::string& key) const {
    const auto found = config_.find(key);
    return found == config_.end() || found->is_null() ? nullptr : &*found;
  }

  void check_kind() const {
    const std::pair<const char*, json> expected[] = {{"model_type", "bert"},
                                                     {"hidden_act", "gelu"},
                                                     {"position_embedding_type", "absolute"},
                                                     {"is_decoder", false},
                                                     {"add_cross_attention", false}};
    for (const auto& [key, only] : expected) {
      const json* value = find(key);
      if (value != nullptr && *value != only)
        fail(key, *value, shown(only) + ", the only kind that can be run");
    }
  }

  /// The JSON library would cut 1.5 and -1 to something unsigned.
  [[nodiscard]] std::optional<int64_t> count(const std::string& key) const {
    const json* value = find(key);
    if (value == nullptr) return std::nullopt;
    const bool fits = value->is_number_unsigned() && value->get<uint64_t>() <= uint64_t{INT64_MAX};
    if (!fits || value->get<int64_t>() == 0) fail(key, *value, "a whole number above 0");
    return value->get<int64_t>();
  }

  void check_size(const std::string& key, int64_t in_weights) const {
    const auto size = count(key);
    if (!size || *size == in_weights) return;
    fail(key, *size, fmt::format("{}, as the weights in {} have it", in_weights, checkpoint_.path));
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
    const auto heads = count(key), width = count("hidden_size");
    if (heads && width && *width % *heads != 0) {
      fail(key, *heads, fmt::format("a divisor of hidden_size, which is {}", *width));
    }
    return heads;
  }

  [[nodiscard]] double epsilon_of(const json& value) const {
    const double epsilon = value.is_number() ? value.get<double>() : 0;
    if (!(epsilon > 0) || !std::isfinite(epsilon)) fail("layer_norm_eps", value, "a number above 0");
    return epsilon;
  }

  [[nodiscard]] std::vector<std::string> read_labels() const {
    const std::string key = "id2label";
    const json* names = find(key);
    const Tensor* classifier = checkpoint_.weights.find("classifier.weight");
    if (names == nullptr || classifier == nullptr) return {};
    if (!names->is_object()) fail(key, *names, "an object of names by class");
    std::vector<std::string> labels;
    bool made_up = true;
    for (std::size_t i = 0; i < names->size(); ++i) {
      const auto name = names->find(std::to_string(i));
      if (name == names->end() || !name->is_string()) {
        fail(key, *names, fmt::format("a name for each class from \"0\" to \"{}\"", names->size() - 1));
      }
      labels.push_back(name->get<std::string>());
      made_up = made_up && labels.back() == fmt::format("LABEL_{}", i);
    }
    if (made_up) return {};
    const int64_t classes = classifier->rank() == 0 ? 1 : classifier->dim(0);
    if (static_cast<int64_t>(labels.size()) != classes) {
      fail(key, *names, fmt::format("{} names, one for each class of the classifier", classes));
    }
    return labels;
  }

  const json& config_;
  const std::string& where_;
  const Checkpoint& checkpoint_;
};

}  // namespace

BertTraits read_bert_config(const std::string& text, const std::string& where, const Checkpoint& checkpoint) {
  const json config = parse_json(text, where);
  return ConfigReader(config, where, checkpoint).read();
}

}  // namespace dpac
