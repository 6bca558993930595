#include "report/pictures/layer_names.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace dpac::report {
namespace {

constexpr std::size_t kLong = 16;  ///< Names up to this length stay as they are.
constexpr double kMost = 0.75;     ///< The share of the names that is most of them.

std::string without(const std::string& beginning, const std::string& name) {
  return name.starts_with(beginning) ? name.substr(beginning.size()) : name;
}

bool differ_without(const std::string& beginning, const std::vector<std::string>& names) {
  std::set<std::string> shorter;
  for (const std::string& name : names) shorter.insert(without(beginning, name));
  return shorter.size() == std::set<std::string>(names.begin(), names.end()).size();
}

}  // namespace

std::string common_beginning(const std::vector<std::string>& names) {
  const bool has_long =
      std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.size() > kLong; });
  if (!has_long) return "";
  std::map<std::string, std::size_t> counts;
  for (const std::string& name : names) {
    for (std::size_t dot = name.find('.'); dot < name.size() - 1; dot = name.find('.', dot + 1))
      ++counts[name.substr(0, dot + 1)];
  }
  std::string best;
  for (const auto& [beginning, count] : counts) {
    const bool most = static_cast<double>(count) >= kMost * static_cast<double>(names.size());
    if (most && beginning.size() > best.size() && differ_without(beginning, names)) best = beginning;
  }
  return best;
}

void name_layers(Chart& chart) {
  const std::string beginning = common_beginning(chart.categories);
  chart.x.label = beginning.empty() ? "layer" : fmt::format("layer (without \"{}\")", beginning);
  for (std::string& name : chart.categories) name = without(beginning, name);
}

}  // namespace dpac::report
