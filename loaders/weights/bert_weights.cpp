#include "loaders/weights/bert_weights.h"

#include <string>
#include <utility>

#include "loaders/bert_names.h"
#include "loaders/weights/left_out_kinds.h"
#include "loaders/weights/network_weights.h"
#include "loaders/weights/shape_check.h"
#include "loaders/weights/wrappers.h"

namespace dpac {
namespace {

/// Counters and indices. An integer weight is quantised: for its loader to refuse.
bool is_integer_buffer(const StoredArray& array, const std::string& name) {
  return array.integer && !name.ends_with(".weight") && !name.ends_with(".bias");
}

}  // namespace

void add_bert(Checkpoint& checkpoint, const ArrayFile& file, int64_t stored_bytes) {
  std::vector<std::string> names;
  for (const StoredArray& array : file.arrays) names.push_back(array.name);
  const BertNames bert_name(checkpoint.path, names, checkpoint.assumed);
  std::vector<NamedArray> chosen;
  LeftOut counters{.what = kCounters}, strangers{.what = kStrangers}, heads{.what = kHeadsOfPreTraining};
  WrapperNotes wrappers;
  for (const StoredArray& array : file.arrays) {
    const std::string name = bert_name(array.name);
    if (name.empty()) {
      strangers.add(array.origin);
    } else if (is_pre_training_head(name)) {
      heads.add(array.origin);
    } else if (is_counter(name) || is_integer_buffer(array, name)) {
      counters.add(array.origin);
    } else {
      chosen.push_back({name, &array});
      wrappers.add(array.name, bert_name.wrapper());
    }
  }
  for (const LeftOut& left_out : {wrappers.left_out(), heads, counters, strangers})
    record(checkpoint, left_out);
  if (!file.tensorflow) check_bert_shapes(checkpoint, chosen);  // Stored shapes are not the network's there.
  add_arrays(checkpoint, chosen, stored_bytes);
  checkpoint.bert = BertTraits{};
}

}  // namespace dpac
