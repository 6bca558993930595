#include "loaders/bert_names.h"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "engine/networks/foreign_network.h"
#include "kernels/error.h"
#include "loaders/weights/wrappers.h"

namespace dpac {
namespace {

constexpr std::string_view kModel = "bert.", kEmbeddings = "embeddings.word_embeddings.";
constexpr std::string_view kClassifier = "classifier.";
constexpr std::string_view kPreTrainingPrefix = "cls.";

/// Where `part` begins in a dotted name, as whole components.
std::size_t find_components(std::string_view name, std::string_view part) {
  for (std::size_t at = name.find(part); at != std::string_view::npos; at = name.find(part, at + 1)) {
    if (at == 0 || name[at - 1] == '.') return at;
  }
  return std::string_view::npos;
}

bool names_word_embeddings(const std::string& path) {
  return find_components(plain_name(path), "word_embeddings.") != std::string_view::npos;
}

bool drop_prefix(std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.erase(0, prefix.size());
  return true;
}

/// What stands in front of "bert." or the encoder's own names in names of word embeddings. Without "bert." an
/// unknown word is the name of another encoder.
std::set<std::string> wrappers_in(const std::vector<std::string>& names) {
  std::set<std::string> wrappers;
  for (const std::string& path : names) {
    const std::string name = plain_name(path);
    const std::size_t at = find_components(name, kEmbeddings);
    if (at == std::string::npos || name.starts_with(kPreTrainingPrefix)) continue;
    std::string prefix = name.substr(0, at);
    const bool named = prefix == kModel || prefix.ends_with(".bert.");
    if (named) prefix.resize(prefix.size() - kModel.size());
    if (named || is_known_wrapper(prefix)) wrappers.insert(prefix);
  }
  return wrappers;
}

/// The names that LayerNorm's arrays had in old files, and in TensorFlow.
void modernise_layer_norm(std::string& name) {
  for (const auto& [old, now] : {std::pair{".gamma", ".weight"}, std::pair{".beta", ".bias"}}) {
    const std::string_view ending = old;
    if (name.ends_with(ending)) name.replace(name.size() - ending.size(), ending.size(), now);
  }
}

[[noreturn]] void refuse(const std::string& file, const std::vector<std::string>& names) {
  if (const auto foreign = foreign_network(names)) {
    throw Error(
        fmt::format("{}: {}; found {}", file, unsupported(foreign->what), quoted_examples(foreign->names)));
  }
  const auto found = std::find_if(names.begin(), names.end(), names_word_embeddings);
  throw Error(
      fmt::format("{}: {}; expected word embeddings named 'bert.embeddings.word_embeddings.weight' or "
                  "without 'bert.', found '{}'",
                  file, unsupported("this text encoder"), found == names.end() ? "none" : *found));
}

}  // namespace

bool has_word_embeddings(const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), names_word_embeddings);
}

BertNames::BertNames(const std::string& file, const std::vector<std::string>& names,
                     std::vector<std::string>& assumed) {
  const std::set<std::string> wrappers = wrappers_in(names);
  if (wrappers.empty()) refuse(file, names);
  wrapper_ = choose_prefix(file, wrappers, assumed);
}

std::string BertNames::operator()(const std::string& path) const {
  std::string name = plain_name(path);
  if (!drop_prefix(name, wrapper_)) {
    const std::size_t classifier = find_components(name, kClassifier);
    const bool beside = classifier != std::string::npos && wrapper_.starts_with(name.substr(0, classifier));
    return beside ? name.substr(classifier) : "";
  }
  drop_prefix(name, kModel);
  modernise_layer_norm(name);
  return name;
}

bool is_pre_training_head(const std::string& name) {
  return name.starts_with(kPreTrainingPrefix);
}

}  // namespace dpac
