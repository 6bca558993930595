/// @file
/// Entries of JSON objects out of files that nobody has vetted. For .cpp files only: it brings in
/// nlohmann/json.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace dpac {

/// A value as a message shows it: its first 60 characters.
std::string shown(const nlohmann::json& value);

/// The JSON in a whole file. @throws Error if it cannot be read or is no valid JSON.
nlohmann::json read_json(const std::filesystem::path& path);

/// A JSON object whose entries have expected types. An entry that is null says as much as an absent one.
class JsonEntries {
 public:
  /// `where` begins messages; `object` must outlive this. @throws Error if it is no object.
  JsonEntries(const nlohmann::json& object, std::string where);

  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] const nlohmann::json& object() const { return object_; }

  /// The entry's value, or null for an absent or null one.
  [[nodiscard]] const nlohmann::json* find(const std::string& key) const;

  /// @throws Error naming the key if the entry has another type.
  [[nodiscard]] std::optional<bool> flag(const std::string& key) const;
  [[nodiscard]] std::optional<std::string> text(const std::string& key) const;

  /// A whole number above 0. @throws Error naming the key if it is anything else.
  [[nodiscard]] std::optional<int64_t> count(const std::string& key) const;

  /// The entry as an object, whose messages name it too. @throws Error if it has another type.
  [[nodiscard]] std::optional<JsonEntries> entries(const std::string& key) const;

  /// @throws Error if the entry is there and not `only`; `why` follows what was expected.
  void require(const std::string& key, const nlohmann::json& only, std::string_view why) const;

  /// @throws Error "<where>: '<key>' is <found>, expected <expected>".
  [[noreturn]] void fail(const std::string& key, const nlohmann::json& found,
                         std::string_view expected) const;

 private:
  const nlohmann::json& object_;
  std::string where_;
};

}  // namespace dpac
