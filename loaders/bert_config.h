/// @file
/// Hugging Face's config.json: what the shapes of a BERT encoder's weights cannot say.
#pragma once

#include <string>

#include "engine/weights.h"

namespace dpac {

/// Reads the heads, the epsilon of LayerNorm and the names of the classes out of a config.json's text, and
/// makes sure that the network it describes is a BERT encoder as it is computed here, and that of
/// `checkpoint`'s weights. `where` names the config in messages. What the text does not say keeps
/// BertTraits's defaults; names that Hugging Face made up (LABEL_0, LABEL_1, ...) count as not said.
/// @throws Error naming the entry, what was expected and what was found.
BertTraits read_bert_config(const std::string& text, const std::string& where, const Checkpoint& checkpoint);

}  // namespace dpac
