/// @file
/// The kinds of config.json that apply_resnet_config() knows. For .cpp files only: it brings in
/// nlohmann/json.hpp.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "engine/networks/weights.h"
#include "loaders/json_entries.h"

namespace dpac {

/// timm's: `architecture`, `model_args`, `pretrained_cfg`.
void apply_timm_config(const JsonEntries& config, Checkpoint& checkpoint);

/// Hugging Face's ResNetConfig: `depths`, `layer_type`, `downsample_in_bottleneck`, ...
void apply_hugging_face_config(const JsonEntries& config, Checkpoint& checkpoint);

/// @throws Error unless the classifier, where there is one, has as many outputs as the entry `key` says.
void check_classes(const JsonEntries& config, const std::string& key, const Checkpoint& checkpoint);

/// @throws Error unless dimension `dim` of the weight, where there is one, is what the entry says.
void check_size(const JsonEntries& config, const std::string& key, const std::string& weight, std::size_t dim,
                const Checkpoint& checkpoint);

/// Records in `checkpoint.assumed` that an entry is not obeyed. @param instead What is done.
void say_not_obeyed(const JsonEntries& config, const std::string& key, const std::string& instead,
                    Checkpoint& checkpoint);

}  // namespace dpac
