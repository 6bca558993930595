/// @file
/// What lies on top of a BERT encoder, by its config.json. For the loaders' own .cpp files only.
#pragma once

#include <string>

#include "engine/networks/weights.h"
#include "loaders/json_entries.h"

namespace dpac {

/// Looks at `architectures`, `problem_type` and `num_labels`.
/// @return a sentence if heads of pre-training are left out, else nothing.
/// @throws Error for an architecture that cannot be run (token classifiers, question answering, ...), one
/// that does not fit the weights, and for several labels a text.
std::string check_bert_head(const JsonEntries& config, const Checkpoint& checkpoint);

}  // namespace dpac
