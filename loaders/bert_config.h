/// @file
/// Hugging Face's config.json: what the shapes of a BERT encoder's weights cannot say.
#pragma once

#include <string>

#include "engine/networks/weights.h"

namespace dpac {

/// Reads the heads, the epsilon of LayerNorm and the names of the classes out of a config.json's text, and
/// makes sure that the network it describes is a BERT encoder as it is computed here, and that of
/// `checkpoint`'s weights; sets `checkpoint.bert`. `where` names the config in messages. What the text does
/// not say keeps BertTraits's defaults; names that Hugging Face made up (LABEL_0, LABEL_1, ...) count as not
/// said. Heads of pre-training are left out, and `checkpoint.assumed` says so.
/// @throws Error naming the entry, what was expected and what was found.
void read_bert_config(const std::string& text, const std::string& where, Checkpoint& checkpoint);

/// Makes sure that an encoder whose kind no config.json says is no RoBERTa, which has BERT's names: one token
/// type, and two positions more than a round number, since it counts them from 2.
/// @throws Error that says so.
void check_is_bert(const Checkpoint& checkpoint);

}  // namespace dpac
