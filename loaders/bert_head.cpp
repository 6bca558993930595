#include "loaders/bert_head.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

using nlohmann::json;

constexpr const char* kClassifier = "classifier.weight";
constexpr std::string_view kSupported =
    "\"BertForSequenceClassification\" (classes or a score), \"BertModel\" (embeddings), or "
    "\"BertForMaskedLM\" or "
    "\"BertForPreTraining\" (embeddings; their heads are left out)";

enum class Head { classifier, none, pre_training };

struct Architecture {
  std::string_view name;
  Head head;
};

constexpr std::array<Architecture, 4> kArchitectures{{
    {"BertForSequenceClassification", Head::classifier},
    {"BertModel", Head::none},
    {"BertForMaskedLM", Head::pre_training},
    {"BertForPreTraining", Head::pre_training},
}};

/// TensorFlow's and Flax's classes are those of PyTorch by another name.
std::string_view plain(std::string_view name) {
  for (const std::string_view prefix : {"TF", "Flax"}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  return name;
}

/// None where the config does not say it.
std::optional<Architecture> architecture_of(const JsonEntries& config) {
  const std::string key = "architectures";
  const json* names = config.find(key);
  if (names == nullptr || (names->is_array() && names->empty())) return std::nullopt;
  if (!names->is_array() || names->size() != 1 || !names->front().is_string()) {
    config.fail(key, *names, "a list of one name");
  }
  const std::string name = names->front().get<std::string>();
  const auto* const found = std::ranges::find(kArchitectures, plain(name), &Architecture::name);
  if (found == kArchitectures.end()) config.fail(key, *names, kSupported);
  return *found;
}

void check_classifier(const JsonEntries& config, const Checkpoint& checkpoint,
                      const Architecture& architecture) {
  const bool there = checkpoint.weights.contains(kClassifier);
  if (there == (architecture.head == Head::classifier)) return;
  throw Error(fmt::format(
      "{}: 'architectures' says {}, which has {} classifier, but {} has {}; is it another network's?{}",
      config.where(), architecture.name, there ? "no" : "a", checkpoint.path,
      there ? fmt::format("'{}'", kClassifier) : "none",
      there ? " If it classifies whole texts, BertForSequenceClassification says so" : ""));
}

void check_problem(const JsonEntries& config, int64_t outputs) {
  const std::string key = "problem_type";
  const json* type = config.find(key);
  if (type == nullptr) return;
  if (*type != "single_label_classification" && *type != "regression") {
    config.fail(
        key, *type,
        "\"single_label_classification\" or \"regression\": one class or one score a text is all that can be "
        "evaluated");
  }
  if ((*type == "regression") == (outputs == 1)) return;
  config.fail(key, *type, fmt::format("one that goes with the classifier's {} outputs", outputs));
}

}  // namespace

std::string check_bert_head(const JsonEntries& config, const Checkpoint& checkpoint) {
  const Tensor* classifier = checkpoint.weights.find(kClassifier);
  if (classifier != nullptr) {
    const int64_t outputs = classifier->rank() == 0 ? 1 : classifier->dim(0);
    check_problem(config, outputs);
    const auto labels = config.count("num_labels");
    if (labels && *labels != outputs) {
      config.fail("num_labels", *labels,
                  fmt::format("{}, as the classifier in {} has it", outputs, checkpoint.path));
    }
  }
  const auto architecture = architecture_of(config);
  if (!architecture) return "";
  check_classifier(config, checkpoint, *architecture);
  if (architecture->head != Head::pre_training) return "";
  return fmt::format("{} is a {}: the heads of pre-training are left out, and the network gives embeddings",
                     checkpoint.path, architecture->name);
}

}  // namespace dpac
