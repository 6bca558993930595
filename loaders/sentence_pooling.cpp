#include "loaders/sentence_pooling.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/json_entries.h"
#include "loaders/read_file.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

using nlohmann::json;
using std::filesystem::path;

/// Modes of a Pooling module that cannot be run. Each is a flag; several at once join their results.
constexpr std::array kOtherModes{"pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens",
                                 "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"};
constexpr std::string_view kSupportedModes =
    "the mean of the tokens or the first one alone, the only kinds of pooling that can be run";

/// "Pooling" of "sentence_transformers.models.Pooling".
std::string class_of(const JsonEntries& module) {
  const std::string type = module.text("type").value_or("");
  return type.substr(type.find_last_of('.') + 1);
}

/// The folder of modules.json, or none.
std::optional<path> folder_of_modules(const path& weights) {
  const path folder = weights.parent_path();
  if (file_exists(folder / "modules.json")) return folder;
  // 0_Transformer, as sentence-transformers writes it. The path may be relative to that very folder.
  const path own = std::filesystem::absolute(weights).lexically_normal().parent_path();
  const path above = own.parent_path();
  const bool is_module = own.filename().string().starts_with("0_") && file_exists(above / "modules.json");
  return is_module ? std::optional(above) : std::nullopt;
}

class PoolingReader {
 public:
  PoolingReader(Checkpoint& checkpoint, int64_t features)
      : pooling_(checkpoint.bert->pooling), assumed_(checkpoint.assumed), features_(features) {}

  void read_modules(const path& folder) {
    const path file = folder / "modules.json";
    const json modules = read_json(file);
    if (!modules.is_array()) throw Error(fmt::format("{}: expected a list of modules", file.string()));
    int poolings = 0;
    for (const json& entry : modules) {
      const JsonEntries module(entry, file.string());
      const std::string kind = class_of(module);
      if (kind == "Pooling") {
        read_pooling(folder / module.text("path").value_or("") / "config.json");
        ++poolings;
      } else if (kind == "Normalize") {
        assumed_.push_back(fmt::format(
            "{}: embeddings are not normalised, which changes their norms and no cosine", file.string()));
      } else if (kind != "Transformer" && kind != "Dropout") {
        module.fail("type", module.text("type").value_or(""),
                    "a Transformer, Pooling or Normalize, the only modules that can be run");
      }
    }
    if (poolings == 1) return;
    throw Error(fmt::format("{}: expected one Pooling among the modules, found {}", file.string(), poolings));
  }

  void read_pooling(const path& file) {
    const json content = read_json(file);
    const JsonEntries config(content, file.string());
    const auto width = config.count("word_embedding_dimension");
    if (width && *width != features_) {
      config.fail("word_embedding_dimension", *width, fmt::format("the encoder's {} features", features_));
    }
    if (const json* mode = config.find("pooling_mode")) return read_mode(config, *mode);
    for (const char* mode : kOtherModes) {
      if (config.flag(mode).value_or(false)) config.fail(mode, true, kSupportedModes);
    }
    const bool first = config.flag("pooling_mode_cls_token").value_or(false);
    // sentence-transformers' default.
    const bool mean = config.flag("pooling_mode_mean_tokens").value_or(true);
    if (first == mean) config.fail("pooling_mode_mean_tokens", mean, kSupportedModes);
    pooling_ = first ? SentencePooling::first_token : SentencePooling::mean;
  }

  void read_settings(const path& file) {
    if (!file_exists(file)) return;
    const json content = read_json(file);
    const JsonEntries settings(content, file.string());
    const auto prompt = settings.text("default_prompt_name");
    if (prompt) {
      assumed_.push_back(
          fmt::format("{}: its prompt '{}' is not put before texts", file.string(), excerpt(*prompt)));
    }
    const auto similarity = settings.text("similarity_fn_name");
    if (similarity && *similarity != "cosine") {
      assumed_.push_back(fmt::format("{}: pairs are compared by their cosine, not by '{}'", file.string(),
                                     excerpt(*similarity)));
    }
  }

 private:
  void read_mode(const JsonEntries& config, const json& mode) {
    if (mode != "cls" && mode != "mean") config.fail("pooling_mode", mode, kSupportedModes);
    pooling_ = mode == "cls" ? SentencePooling::first_token : SentencePooling::mean;
  }

  SentencePooling& pooling_;
  std::vector<std::string>& assumed_;
  int64_t features_;
};

}  // namespace

void read_sentence_pooling(Checkpoint& checkpoint, const path& weights) {
  const Tensor* words = checkpoint.weights.find("embeddings.word_embeddings.weight");
  const int64_t features = words == nullptr || words->rank() != 2 ? 0 : words->dim(1);
  PoolingReader reader(checkpoint, features);
  const auto modules = folder_of_modules(weights);
  const path pooling = weights.parent_path() / "1_Pooling" / "config.json";
  if (modules) {
    reader.read_modules(*modules);
    reader.read_settings(*modules / "config_sentence_transformers.json");
  } else if (file_exists(pooling)) {
    reader.read_pooling(pooling);
  } else {
    checkpoint.assumed.push_back(fmt::format(
        "embeddings are the means of a text's tokens, for no modules.json or 1_Pooling/config.json "
        "lies beside {}",
        weights.string()));
  }
}

}  // namespace dpac
