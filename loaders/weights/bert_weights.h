/// @file
/// The weights of a BERT encoder, whatever file they lie in. For the loaders' own use.
#pragma once

#include <cstdint>

#include "engine/networks/weights.h"
#include "loaders/weights/stored_array.h"

namespace dpac {

/// Adds all that an encoder and its classifier consist of, under the names of BertNames, records the rest in
/// `checkpoint.left_out`, and sets `checkpoint.bert`.
/// @throws Error as add_arrays() and check_bert_shapes(), and for an encoder that is no BERT.
void add_bert(Checkpoint& checkpoint, const ArrayFile& file, int64_t stored_bytes);

}  // namespace dpac
