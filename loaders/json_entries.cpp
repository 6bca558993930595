#include "loaders/json_entries.h"

#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/parse_json.h"
#include "loaders/read_file.h"

namespace dpac {

using nlohmann::json;

std::string shown(const json& value) {
  constexpr std::size_t kLongest = 60;
  std::string text = value.dump(-1, ' ', true);
  if (text.size() > kLongest) text.replace(kLongest, std::string::npos, "...");
  return text;
}

json read_json(const std::filesystem::path& path) {
  const std::vector<uint8_t> bytes = read_file(path);
  return parse_json({bytes.begin(), bytes.end()}, path.string());
}

JsonEntries::JsonEntries(const json& object, std::string where) : object_(object), where_(std::move(where)) {
  if (!object.is_object()) {
    throw Error(fmt::format("{}: expected an object, found {}", where_, shown(object)));
  }
}

const json* JsonEntries::find(const std::string& key) const {
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<bool> JsonEntries::flag(const std::string& key) const {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) fail(key, *value, "true or false");
  return value->get<bool>();
}

std::optional<std::string> JsonEntries::text(const std::string& key) const {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) fail(key, *value, "text");
  return value->get<std::string>();
}

std::optional<int64_t> JsonEntries::count(const std::string& key) const {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  // The JSON library would cut 1.5 and -1 to something unsigned.
  const bool fits = value->is_number_unsigned() && value->get<uint64_t>() <= uint64_t{INT64_MAX};
  if (!fits || value->get<int64_t>() == 0) fail(key, *value, "a whole number above 0");
  return value->get<int64_t>();
}

std::optional<JsonEntries> JsonEntries::entries(const std::string& key) const {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  return JsonEntries(*value, fmt::format("{}: '{}'", where_, key));
}

void JsonEntries::require(const std::string& key, const json& only, std::string_view why) const {
  const json* value = find(key);
  if (value != nullptr && *value != only) fail(key, *value, shown(only) + std::string(why));
}

void JsonEntries::fail(const std::string& key, const json& found, std::string_view expected) const {
  throw Error(fmt::format("{}: '{}' is {}, expected {}", where_, key, shown(found), expected));
}

}  // namespace dpac
