/// @file
/// JSON out of files that nobody has vetted. For .cpp files only: it brings in nlohmann/json.hpp.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace dpac {

/// @throws Error, beginning with `where`, if the text is no JSON, holds a number beyond double, gives a key
/// twice (which of the two would count?), nests deeper than any weight file's or has more than 32 MiB.
nlohmann::json parse_json(const std::string& text, const std::string& where);

}  // namespace dpac
