#include "tests/support/berts.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "loaders/hdf5/hdf5_writer.h"
#include "tests/support/random_bert.h"

namespace dpac::test {
namespace {

constexpr int64_t kVocabulary = 10, kPositions = 5, kWidth = 6, kHeads = 2, kInner = 8, kLayers = 2,
                  kClasses = 3;

Tensor transposed(const Tensor& tensor) {
  Tensor result(Shape{tensor.dim(1), tensor.dim(0)});
  const auto rows = static_cast<std::size_t>(tensor.dim(0)),
             columns = static_cast<std::size_t>(tensor.dim(1));
  for (std::size_t i = 0; i < rows * columns; ++i) {
    result.values()[i % columns * rows + i / columns] = tensor.values()[i];
  }
  return result;
}

Shape split_shape(const std::string& name, const Shape& shape) {
  constexpr int64_t kHeadWidth = kWidth / kHeads;
  const bool kernel = shape.size() == 2;
  if (name.find("attention.self.") != std::string::npos) {
    return kernel ? Shape{kWidth, kHeads, kHeadWidth} : Shape{kHeads, kHeadWidth};
  }
  if (kernel && name.find("attention.output.dense.") != std::string::npos)
    return {kHeads, kHeadWidth, kWidth};
  return shape;
}

}  // namespace

Checkpoint small_bert() {
  return random_bert({.features = kWidth,
                      .heads = kHeads,
                      .layers = kLayers,
                      .intermediate = kInner,
                      .vocabulary = kVocabulary,
                      .positions = kPositions,
                      .outputs = kClasses});
}

nlohmann::json small_bert_config() {
  return {{"model_type", "bert"},
          {"hidden_act", "gelu"},
          {"position_embedding_type", "absolute"},
          {"is_decoder", false},
          {"add_cross_attention", false},
          {"vocab_size", kVocabulary},
          {"max_position_embeddings", kPositions},
          {"type_vocab_size", 2},
          {"hidden_size", kWidth},
          {"intermediate_size", kInner},
          {"num_hidden_layers", kLayers},
          {"num_attention_heads", kHeads},
          {"layer_norm_eps", 1e-7},
          {"bos_token_id", nullptr},
          {"id2label", {{"0", "no"}, {"1", "perhaps"}, {"2", "yes"}}}};
}

std::string with_bert(const std::string& name) {
  return name.starts_with("classifier") ? name : "bert." + name;
}

TensorflowArray tensorflow_array(const std::string& name, const Tensor& tensor, bool split_heads) {
  const std::size_t end = name.find_last_of('.');
  std::string module = with_bert(name).substr(0, with_bert(name).find_last_of('.')),
              leaf = name.substr(end + 1);
  const bool kernel = leaf == "weight" && tensor.rank() == 2 && !name.starts_with("embeddings.");
  if (name.find("LayerNorm") != std::string::npos) leaf = leaf == "weight" ? "gamma" : "beta";
  if (module.ends_with("position_embeddings") || module.ends_with("type_embeddings")) leaf = "embeddings";
  if (kernel) leaf = "kernel";
  std::replace(module.begin(), module.end(), '.', '/');
  if (const auto at = module.find("layer/"); at != std::string::npos) module.replace(at, 6, "layer_._");
  Tensor stored = kernel ? transposed(tensor) : Tensor(tensor.shape(), tensor.values());
  if (split_heads) stored = Tensor(split_shape(name, stored.shape()), stored.values());
  return {fmt::format("{}/{}:0", module, leaf), std::move(stored)};
}

void write_tf_bert(const std::filesystem::path& path, const TensorflowFile& file) {
  Hdf5Writer writer(path);
  std::map<std::string, std::vector<std::string>> groups;
  const auto add = [&](const std::string& group, const std::string& key, const Tensor& tensor) {
    groups[group].push_back(file.model + "/" + key);
    writer.write_floats(group + "/" + groups[group].back(), tensor.shape(), tensor.values());
  };
  const Checkpoint bert = small_bert();
  for (const auto& [name, entry] : bert.weights.entries()) {
    auto [key, tensor] = tensorflow_array(name, entry.tensor, file.split_heads);
    constexpr std::string_view kPosition = "position_embeddings/";
    if (const auto at = key.find(kPosition); at != std::string::npos) {
      key = key.substr(0, at + kPosition.size()) + file.position_leaf;
    }
    add(key.substr(0, key.find('/')), key, tensor);
  }
  if (file.pre_training) {
    const std::vector<float> values = {1, 2};
    add("mlm___cls", "bert/embeddings/word_embeddings/weight:0", Tensor({2}, values));
    add("nsp___cls", "nsp___cls/seq_relationship/bias:0", Tensor({2}, values));
  }
  std::vector<std::string> layers;
  for (const auto& [group, weights] : groups) {
    writer.set_attribute(group, "weight_names", weights);
    layers.push_back(group);
  }
  writer.set_attribute("", "layer_names", layers);
  writer.commit();
}

}  // namespace dpac::test
