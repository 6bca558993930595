/// @file
/// Files beside the weights of a ResNet: timm's and Hugging Face's config.json, and preprocessor_config.json.
#pragma once

#include <filesystem>
#include <string>

#include "engine/networks/weights.h"

namespace dpac {

/// Takes from a config.json what weights cannot say, and makes sure that the network it describes is the one
/// that build_resnet() makes of `checkpoint`. What is understood and cannot be done is said in
/// `checkpoint.assumed`; a config of no known kind is recorded in `checkpoint.left_out`, or refused if it is
/// `required`.
/// @throws Error naming the entry for an architecture that is not known to be a plain ResNet, for sizes that
/// are not those of the weights, and for entries of a wrong type.
void apply_resnet_config(const std::filesystem::path& config, bool required, Checkpoint& checkpoint);

/// Takes the preprocessing from a Hugging Face preprocessor_config.json, as above.
void apply_image_processor(const std::filesystem::path& config, Checkpoint& checkpoint);

}  // namespace dpac
