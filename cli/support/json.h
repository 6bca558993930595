/// @file
/// JSON's null for what was not given or does not exist.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace dpac::cli {

template <typename Value>
nlohmann::ordered_json or_null(const std::optional<Value>& value) {
  if (!value) return nullptr;
  return *value;
}

/// Null for an empty string.
inline nlohmann::ordered_json or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return text;
}

}  // namespace dpac::cli
