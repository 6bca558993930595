#include <fmt/format.h>

#include "loaders/weights/resnet_config_kinds.h"

namespace dpac {
namespace {

using nlohmann::json;

std::string block_name(std::size_t stage, int64_t block) {
  return fmt::format("layer{}.{}.conv1.weight", stage + 1, block);
}

/// Blocks of each stage. @throws Error unless the weights have as many.
std::vector<int64_t> depths_of(const JsonEntries& config, const Checkpoint& checkpoint) {
  constexpr uint64_t kDeepest = 10'000;
  const json* const list = config.find("depths");
  if (list == nullptr) return {};
  std::vector<int64_t> depths;
  bool valid = list->is_array() && !list->empty();
  for (std::size_t stage = 0; valid && stage < list->size(); ++stage) {
    const json& depth = (*list)[stage];
    valid = depth.is_number_unsigned() && depth.get<uint64_t>() >= 1 && depth.get<uint64_t>() <= kDeepest;
    if (valid) depths.push_back(depth.get<int64_t>());
  }
  if (!valid) config.fail("depths", *list, "a list of numbers of blocks");
  const WeightStore& weights = checkpoint.weights;
  bool fits = !weights.contains(block_name(depths.size(), 0));
  for (std::size_t stage = 0; stage < depths.size(); ++stage) {
    fits = fits && weights.contains(block_name(stage, depths[stage] - 1)) &&
           !weights.contains(block_name(stage, depths[stage]));
  }
  if (!fits)
    config.fail("depths", *list, fmt::format("the blocks that the weights in {} have", checkpoint.path));
  return depths;
}

void check_block(const JsonEntries& config, const Checkpoint& checkpoint) {
  const bool bottleneck = checkpoint.weights.contains("layer1.0.conv3.weight");
  config.require("layer_type", bottleneck ? "bottleneck" : "basic", ", as the weights have it");
}

void check_widths(const JsonEntries& config, const Checkpoint& checkpoint) {
  const json* const widths = config.find("hidden_sizes");
  if (widths == nullptr) return;
  if (!widths->is_array()) config.fail("hidden_sizes", *widths, "a list of numbers of channels");
  const bool bottleneck = checkpoint.weights.contains("layer1.0.conv3.weight");
  for (std::size_t stage = 0; stage < widths->size(); ++stage) {
    const std::string name = fmt::format("layer{}.0.conv{}.weight", stage + 1, bottleneck ? 3 : 2);
    const Tensor* const last = checkpoint.weights.find(name);
    if (last == nullptr || last->rank() == 0 || (*widths)[stage] == last->dim(0)) continue;
    config.fail("hidden_sizes", *widths,
                fmt::format("{} in stage {}, as '{}' has it", last->dim(0), stage + 1, name));
  }
}

/// One stride for each block: 2 in the first of each stage but the first, whose own the config says.
std::vector<int> strides_of(const std::vector<int64_t>& depths, bool first_too) {
  std::vector<int> strides;
  for (std::size_t stage = 0; stage < depths.size(); ++stage) {
    for (int64_t block = 0; block < depths[stage]; ++block) {
      strides.push_back(block == 0 && (stage > 0 || first_too) ? 2 : 1);
    }
  }
  return strides;
}

}  // namespace

void apply_hugging_face_config(const JsonEntries& config, Checkpoint& checkpoint) {
  config.require("model_type", "resnet", ", the only network for images that can be run");
  config.require("hidden_act", "relu", ", the only activation that can be run");
  check_block(config, checkpoint);
  check_widths(config, checkpoint);
  check_size(config, "embedding_size", "conv1.weight", 0, checkpoint);
  check_size(config, "num_channels", "conv1.weight", 1, checkpoint);
  check_classes(config, "num_labels", checkpoint);
  const auto depths = depths_of(config, checkpoint);
  checkpoint.traits.block_strides =
      strides_of(depths, config.flag("downsample_in_first_stage").value_or(false));
  checkpoint.traits.stride_in_first_conv = config.flag("downsample_in_bottleneck").value_or(false);
}

}  // namespace dpac
