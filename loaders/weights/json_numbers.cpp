#include "loaders/weights/json_numbers.h"

#include <cmath>

namespace dpac {

using nlohmann::json;

std::optional<double> positive(const JsonEntries& entries, const std::string& key) {
  const json* value = entries.find(key);
  if (value == nullptr) return std::nullopt;
  const double number = value->is_number() ? value->get<double>() : 0;
  if (!(number > 0) || !std::isfinite(number)) entries.fail(key, *value, "a number above 0");
  return number;
}

std::vector<float> per_channel(const JsonEntries& entries, const std::string& key, bool above_zero) {
  const json* list = entries.find(key);
  if (list == nullptr) return {};
  const char* const expected = above_zero ? "1 or 3 numbers above 0" : "1 or 3 numbers";
  if (!list->is_array() || (list->size() != 1 && list->size() != 3)) entries.fail(key, *list, expected);
  std::vector<float> values;
  for (const json& value : *list) {
    const auto number = value.is_number() ? value.get<float>() : std::nanf("");
    if (!std::isfinite(number) || (above_zero && number <= 0)) entries.fail(key, *list, expected);
    values.push_back(number);
  }
  return values;
}

}  // namespace dpac
