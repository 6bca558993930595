#include "loaders/bert_names.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/name_map.h"

namespace dpac {
namespace {

constexpr std::string_view kModel = "bert.";
constexpr std::string_view kSentenceTransformers = "0.auto_model.";
constexpr std::string_view kPreTrainingHeads = "cls.";

/// Where `part` begins in a dotted name, as whole components.
std::size_t find_components(std::string_view name, std::string_view part) {
  for (std::size_t at = name.find(part); at != std::string_view::npos; at = name.find(part, at + 1)) {
    if (at == 0 || name[at - 1] == '.') return at;
  }
  return std::string_view::npos;
}

bool names_word_embeddings(const std::string& path) {
  return find_components(dotted(path), "word_embeddings.") != std::string_view::npos;
}

bool drop_prefix(std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.erase(0, prefix.size());
  return true;
}

/// What stands in front of "bert." or the encoder's own names; unset for an encoder of another kind.
std::optional<std::string> wrapper_of(const std::string& word_embeddings) {
  const std::size_t at = find_components(word_embeddings, "embeddings.word_embeddings.");
  if (at == std::string::npos) return std::nullopt;
  std::string prefix = word_embeddings.substr(0, at);
  if (prefix.ends_with(kModel)) prefix.resize(prefix.size() - kModel.size());
  std::string unknown = prefix;
  drop_prefix(unknown, common_wrapper({unknown}));
  drop_prefix(unknown, kSentenceTransformers);
  if (!unknown.empty()) return std::nullopt;
  return prefix;
}

/// The names that LayerNorm's arrays had in old files, and in TensorFlow.
void modernise_layer_norm(std::string& name) {
  for (const auto& [old, now] : {std::pair{".gamma", ".weight"}, std::pair{".beta", ".bias"}}) {
    const std::string_view ending = old;
    if (name.ends_with(ending)) name.replace(name.size() - ending.size(), ending.size(), now);
  }
}

}  // namespace

bool has_word_embeddings(const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), names_word_embeddings);
}

BertNames::BertNames(const std::string& file, const std::vector<std::string>& names) {
  const auto found = std::find_if(names.begin(), names.end(), names_word_embeddings);
  const auto wrapper = found == names.end() ? std::nullopt : wrapper_of(dotted(*found));
  if (!wrapper) {
    throw Error(fmt::format(
        "{}: expected word embeddings named 'bert.embeddings.word_embeddings.weight' or without 'bert.', "
        "found '{}'; of the text encoders only BERT can be loaded",
        file, found == names.end() ? "none" : *found));
  }
  wrapper_ = *wrapper;
}

std::string BertNames::operator()(const std::string& path) const {
  std::string name = dotted(path);
  drop_prefix(name, wrapper_);
  drop_prefix(name, kModel);
  modernise_layer_norm(name);
  return name;
}

bool is_no_bert_weight(const std::string& name) {
  return name.starts_with(kPreTrainingHeads) || is_ignored_buffer(name);
}

}  // namespace dpac
