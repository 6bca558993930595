#include "loaders/bert_weights.h"

#include "loaders/bert_names.h"
#include "loaders/formats.h"

namespace dpac {
namespace {

/// Counters and indices. An integer weight is quantised: for read_weight() and its like to refuse.
bool is_integer_buffer(const StoredArray& array, const std::string& name) {
  return array.integer && !name.ends_with(".weight") && !name.ends_with(".bias");
}

}  // namespace

void add_bert(Checkpoint& checkpoint, const std::vector<StoredArray>& arrays) {
  std::vector<std::string> names;
  for (const StoredArray& array : arrays) names.push_back(array.name);
  const BertNames bert_name(checkpoint.path, names);
  for (const StoredArray& array : arrays) {
    std::string name = bert_name(array.name);
    if (is_no_bert_weight(name) || is_integer_buffer(array, name)) continue;
    add_finite(checkpoint, std::move(name), array.load(), array.origin);
  }
  checkpoint.bert = BertTraits{};
}

}  // namespace dpac
