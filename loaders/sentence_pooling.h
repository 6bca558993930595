/// @file
/// The files of sentence-transformers beside an encoder: how its tokens become one embedding.
#pragma once

#include <filesystem>

#include "engine/networks/weights.h"

namespace dpac {

/// Reads modules.json and 1_Pooling/config.json, which lie beside `weights`, or above its folder where that
/// is one of the modules (0_Transformer), and config_sentence_transformers.json. What is not done as they say
/// (normalising, which changes no cosine; prompts), and that nothing says how to pool, is added to
/// `checkpoint.assumed`. To be called for BERT encoders without a classifier.
/// @throws Error naming the file for a pooling other than the mean or the first token's, and for a module
/// that cannot be run (Dense, ...).
void read_sentence_pooling(Checkpoint& checkpoint, const std::filesystem::path& weights);

}  // namespace dpac
