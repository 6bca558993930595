#include "study/search/network_names.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "study/settings/setting_error.h"

namespace dpac {
namespace {

namespace fs = std::filesystem;

/// Absolute, and without a slash at its end.
fs::path whole_path(const std::string& weights) {
  std::error_code ignored;
  const fs::path path = fs::absolute(weights, ignored).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

std::string name_of(const fs::path& path) {
  std::error_code ignored;
  return (fs::is_directory(path, ignored) ? path.filename() : path.stem()).string();
}

std::vector<std::string> names_of(const std::vector<std::string>& weights) {
  std::vector<std::string> names;
  for (const std::string& file : weights) names.push_back(name_of(whole_path(file)));
  return names;
}

void number_equal(std::vector<std::string>& names) {
  std::set<std::string> taken;
  for (std::string& name : names) {
    const std::string own = name;
    for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}-{}", own, i);
  }
}

}  // namespace

std::vector<std::string> folder_names(const std::vector<std::string>& weights) {
  std::vector<std::string> names = names_of(weights);
  number_equal(names);
  return names;
}

std::vector<std::string> row_names(const std::vector<std::string>& weights) {
  const std::vector<std::string> own = names_of(weights);
  std::vector<std::string> names = own;
  for (std::size_t w = 0; w < weights.size(); ++w) {
    if (std::count(own.begin(), own.end(), own[w]) == 1) continue;
    names[w] = fmt::format("{}/{}", whole_path(weights[w]).parent_path().filename().string(), own[w]);
  }
  number_equal(names);
  return names;
}

void check_names(const std::vector<std::string>& names, const std::vector<std::string>& weights) {
  if (names.size() != weights.size()) {
    throw SettingError(fmt::format("--names has {} names, expected one for each of the {} --weights",
                                   names.size(), weights.size()));
  }
  std::set<std::string> taken;
  for (const std::string& name : names) {
    if (!taken.insert(name).second) throw SettingError(fmt::format("--names has '{}' twice", name));
  }
}

}  // namespace dpac
