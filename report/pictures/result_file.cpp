#include "report/pictures/result_file.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac::report {
namespace {

constexpr double kLargest = 1e30, kSmallest = 1e-30;  ///< Wider axes than gnuplot's arithmetic would stand.

std::string kind_of(const Json& json) {
  switch (json.type()) {
    case Json::Type::null:
      return "null";
    case Json::Type::object:
      return json.empty() ? "an empty object" : "an object";
    case Json::Type::array:
      return json.empty() ? "an empty list" : "a list";
    case Json::Type::boolean:
      return json.get<bool>() ? "true" : "false";
    case Json::Type::string:
      return "a string";
    default:
      return fmt::format("{:g}", json.get<double>());
  }
}

std::string content(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw Error(fmt::format("{}: is a folder, expected a file with the JSON of a dpac command", path));
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (file) return text.str();
  throw Error(fmt::format("{}: cannot be read, expected the JSON of a dpac command", path));
}

/// A file's name without folder and, where it has one, ending; in UTF-8, which file names need not be.
std::string stem_of(const std::string& path) {
  const std::string stem = std::filesystem::path(path).stem().string();
  return Json::parse(Json(stem).dump(), path).get<std::string>();
}

}  // namespace

ResultValue::ResultValue(const std::string& file, std::string key, const Json& json)
    : file_(&file), key_(std::move(key)), json_(&json) {}

ResultValue ResultValue::operator[](std::string_view key) const {
  if (!json_->is_object()) fail("an object");
  const Json* member = json_->find(key);
  const std::string own = key_.empty() ? std::string(key) : fmt::format("{}.{}", key_, key);
  if (member == nullptr) throw Error(fmt::format("{}: has no '{}', which is expected there", *file_, own));
  return {*file_, own, *member};
}

std::optional<ResultValue> ResultValue::find(std::string_view key) const {
  if (!json_->is_object()) fail("an object");
  const Json* member = json_->find(key);
  if (member == nullptr || member->is_null()) return std::nullopt;
  return (*this)[key];
}

std::optional<double> ResultValue::find_number(std::string_view key) const {
  const auto member = find(key);
  if (!member) return std::nullopt;
  return member->number();
}

double ResultValue::number() const {
  if (!json_->is_number()) fail("a number");
  const auto value = json_->get<double>();
  if (std::abs(value) > kLargest) fail(fmt::format("at most {:g}", kLargest));
  return value;
}

double ResultValue::positive() const {
  const double value = number();
  if (value <= 0) fail("a number above 0");
  if (value < kSmallest) fail(fmt::format("at least {:g}", kSmallest));
  return value;
}

std::string ResultValue::text() const {
  if (!json_->is_string()) fail("a string");
  return json_->get<std::string>();
}

std::vector<ResultValue> ResultValue::items() const {
  if (!json_->is_array() || json_->empty()) fail("a list that is not empty");
  std::vector<ResultValue> items;
  for (const Json& item : json_->items()) {
    items.emplace_back(*file_, fmt::format("{}[{}]", key_, items.size()), item);
  }
  return items;
}

std::vector<std::pair<std::string, ResultValue>> ResultValue::members() const {
  if (!json_->is_object()) fail("an object");
  std::vector<std::pair<std::string, ResultValue>> members;
  for (const auto& [key, value] : json_->members()) {
    members.emplace_back(key, ResultValue(*file_, fmt::format("{}.{}", key_, key), value));
  }
  return members;
}

void ResultValue::fail(std::string_view expected) const {
  const std::string what = key_.empty() ? "the JSON" : fmt::format("'{}'", key_);
  throw Error(fmt::format("{}: {} is {}, expected {}", *file_, what, kind_of(*json_), expected));
}

ResultFile::ResultFile(std::string path) : path_(std::move(path)), json_(Json::parse(content(path_), path_)) {
  (void)command();  // Whatever has none is no result.
}

std::string ResultFile::stem() const {
  return stem_of(path_);
}

std::string ResultFile::noise() const {
  const auto options = root().find("options");
  const auto noise = options ? options->find("noise") : std::nullopt;
  // `table` has a list of them, and its rows say which is whose.
  return noise && noise->json().is_string() ? noise->text() : "none";
}

std::string ResultFile::network() const {
  if (command() == "demo") return "built-in demo";
  const auto options = root().find("options");
  const auto weights = options ? options->find("weights") : std::nullopt;
  // `table` has a list of them.
  return weights && weights->json().is_string() ? stem_of(weights->text()) : "";
}

std::vector<ResultFile> read_results(const std::vector<std::string>& paths) {
  return {paths.begin(), paths.end()};
}

}  // namespace dpac::report
