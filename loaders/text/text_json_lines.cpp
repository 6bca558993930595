#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/parse_json.h"
#include "loaders/text/text_columns.h"
#include "loaders/text/text_samples.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

using nlohmann::json;

struct TextKeys {
  std::string first;
  std::optional<std::string> second = {};
  std::optional<std::string> label = {};
};

std::vector<std::string> keys_of(const json& object) {
  std::vector<std::string> keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  return keys;
}

std::string listed(const std::vector<std::string>& keys) {
  return keys.empty() ? "none" : excerpt(fmt::format("{}", fmt::join(keys, ", ")));
}

TextKeys keys_at(const TextColumns& columns, const std::vector<std::string>& names) {
  TextKeys keys{.first = names[columns.first]};
  if (columns.second) keys.second = names[*columns.second];
  if (columns.label) keys.label = names[*columns.label];
  return keys;
}

const json& value_of(const json& object, const std::string& key, const std::string& where) {
  const auto found = object.find(key);
  if (found != object.end()) return *found;
  throw Error(fmt::format("{}: expected a key '{}', found {}", where, excerpt(key), listed(keys_of(object))));
}

TextKeys choose_keys(const json& object, const TextFormat& format, bool scores, const std::string& where) {
  if (!format.columns.empty()) {
    for (const std::string& key : format.columns) (void)value_of(object, key, where);
    return keys_at(columns_by_count(format.columns.size()), format.columns);
  }
  const std::vector<std::string> found = keys_of(object);
  const auto columns = usual_columns(found, format.task, scores);
  if (!columns) {
    const bool pairs = format.task && traits_of(*format.task).pairs;
    throw Error(fmt::format("{}: expected keys as {}, found {}; --columns says which is which", where,
                            pairs ? "sentence1, sentence2, label" : "sentence, label", listed(found)));
  }
  return keys_at(*columns, found);
}

std::string sentence_of(const json& object, const std::string& key, const std::string& where) {
  const json& value = value_of(object, key, where);
  if (value.is_string()) return value.get<std::string>();
  throw Error(
      fmt::format("{}: expected text for '{}', found {}", where, excerpt(key), excerpt(value.dump())));
}

std::string label_of(const json& object, const std::string& key, const std::string& where) {
  const json& value = value_of(object, key, where);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number()) return value.dump();
  throw Error(fmt::format("{}: expected text or a number for '{}', found {}", where, excerpt(key),
                          excerpt(value.dump())));
}

RawTextSample sample_of(const json& object, const TextKeys& keys, int64_t line, const std::string& where) {
  RawTextSample sample{
      .text = {.first = sentence_of(object, keys.first, where)}, .line = line, .row = line - 1};
  if (keys.second) sample.text.second = sentence_of(object, *keys.second, where);
  if (keys.label) sample.label = label_of(object, *keys.label, where);
  return sample;
}

json parse_object(std::string_view line, const std::string& where) {
  if (line.empty()) throw Error(fmt::format("{}: expected a JSON object, found an empty line", where));
  json object = parse_json(std::string(line), where);
  if (object.is_object()) return object;
  throw Error(fmt::format("{}: expected a JSON object, found {}", where, excerpt(line)));
}

}  // namespace

RawTextData read_json_lines(std::string_view text, const TextFormat& format, bool scores,
                            const std::string& file) {
  RawTextData data;
  BadRows bad_rows(format, file, data.bad_rows);
  std::optional<TextKeys> keys;
  for (int64_t line = 1; !text.empty(); ++line) {
    const std::string where = at_line(file, line);
    const std::string_view object_text = take_line(text);
    json object;
    if (!bad_rows.attempt([&] { object = parse_object(object_text, where); })) continue;
    if (!keys) keys = choose_keys(object, format, scores, where);
    bad_rows.attempt([&] { data.samples.push_back(sample_of(object, *keys, line, where)); });
  }
  bad_rows.check_left(data, "JSON objects");
  data.label_name = keys->label;
  return data;
}

}  // namespace dpac
