/// @file
/// The JSON results of dpac's commands, read back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "study/support/json.h"

namespace dpac::report {

/// A value in a result that knows where it stands, so that every error names file and key. Views a
/// ResultFile, which must outlive it.
class ResultValue {
 public:
  ResultValue(const std::string& file, std::string key, const Json& json);

  /// A member. @throws Error if this is no object or has no such key.
  ResultValue operator[](std::string_view key) const;

  /// A member that may be absent or null. @throws Error if this is no object.
  [[nodiscard]] std::optional<ResultValue> find(std::string_view key) const;

  /// find() and number() in one.
  [[nodiscard]] std::optional<double> find_number(std::string_view key) const;

  /// What the value is. @throws Error if it is something else.
  [[nodiscard]] double number() const;
  [[nodiscard]] double positive() const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::vector<ResultValue> items() const;
  [[nodiscard]] std::vector<std::pair<std::string, ResultValue>> members() const;

  [[nodiscard]] const Json& json() const { return *json_; }

  /// @throws Error "<file>: '<key>' is <found>, expected <expected>".
  [[noreturn]] void fail(std::string_view expected) const;

 private:
  const std::string* file_;
  std::string key_;  ///< "points[2].top1"; empty for the whole result.
  const Json* json_;
};

/// A whole result.
class ResultFile {
 public:
  /// @throws Error if the file cannot be read or is no result of a command.
  explicit ResultFile(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string stem() const;  ///< What a legend calls it.
  [[nodiscard]] ResultValue root() const { return {path_, "", json_}; }
  [[nodiscard]] std::string command() const { return root()["command"].text(); }
  [[nodiscard]] std::string noise() const;    ///< "none" where the options do not say.
  [[nodiscard]] std::string network() const;  ///< The weights' file name; empty if unknown.

 private:
  std::string path_;
  Json json_;
};

std::vector<ResultFile> read_results(const std::vector<std::string>& paths);

}  // namespace dpac::report
