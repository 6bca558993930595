#include "study/support/layer_pattern.h"

#include <algorithm>
#include <fnmatch.h>

#include <fmt/format.h>

#include "study/settings/setting_error.h"

namespace dpac {
namespace {

bool fits(const AnalogLayer& layer, const std::string& pattern) {
  return fnmatch(pattern.c_str(), layer.name.c_str(), 0) == 0;
}

}  // namespace

std::vector<std::size_t> matching_layers(const std::vector<AnalogLayer>& layers,
                                         const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    if (std::none_of(layers.begin(), layers.end(), [&](const auto& layer) { return fits(layer, pattern); })) {
      throw SettingError(fmt::format("--layers: no layer fits '{}'; the network's analog layers are {}",
                                     pattern, quoted_names(layers)));
    }
  }
  std::vector<std::size_t> matches;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return fits(layers[l], p); })) {
      matches.push_back(l);
    }
  }
  return matches;
}

std::string quoted_names(const std::vector<AnalogLayer>& layers) {
  std::string names;
  for (const AnalogLayer& layer : layers)
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", layer.name);
  return names;
}

}  // namespace dpac
