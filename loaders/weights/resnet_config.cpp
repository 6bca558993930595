#include "loaders/weights/resnet_config.h"

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/weights/left_out_kinds.h"
#include "loaders/weights/resnet_config_kinds.h"

namespace dpac {

using nlohmann::json;

void apply_resnet_config(const std::filesystem::path& config, bool required, Checkpoint& checkpoint) {
  const json text = read_json(config);
  const JsonEntries entries(text, config.string());
  if (entries.text("architecture")) return apply_timm_config(entries, checkpoint);
  if (entries.text("model_type")) return apply_hugging_face_config(entries, checkpoint);
  if (required) {
    throw Error(fmt::format(
        "{}: expected timm's config.json with 'architecture' or Hugging Face's with 'model_type', "
        "found neither",
        config.string()));
  }
  LeftOut unknown{.what = kUnknownConfigs};
  unknown.add(config.filename().string());
  checkpoint.left_out.push_back(std::move(unknown));
}

void check_size(const JsonEntries& config, const std::string& key, const std::string& weight, std::size_t dim,
                const Checkpoint& checkpoint) {
  const Tensor* const tensor = checkpoint.weights.find(weight);
  const auto size = config.count(key);
  if (!size || tensor == nullptr || tensor->rank() <= dim || tensor->dim(dim) == *size) return;
  config.fail(key, *size, fmt::format("{}, as '{}' in {} has it", tensor->dim(dim), weight, checkpoint.path));
}

void check_classes(const JsonEntries& config, const std::string& key, const Checkpoint& checkpoint) {
  // timm writes 0 for a network that ends in features.
  const json* const classes = config.find(key);
  if (classes != nullptr && *classes != 0) check_size(config, key, "fc.weight", 0, checkpoint);
}

void say_not_obeyed(const JsonEntries& config, const std::string& key, const std::string& instead,
                    Checkpoint& checkpoint) {
  checkpoint.assumed.push_back(fmt::format("{}: '{}' is {}, which is not obeyed: {}", config.where(), key,
                                           shown(*config.find(key)), instead));
}

}  // namespace dpac
