#include "loaders/name_map.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace dpac {
namespace {

constexpr std::array<std::string_view, 8> kWrappers = {
    "state_dict.", "model_state_dict.", "model.", "module.", "net.", "network.", "backbone.", "resnet."};

struct Rename {
  std::string_view from, to;
};

constexpr std::array kRenames = {Rename{"linear.", "fc."}, Rename{"classifier.", "fc."}};

}  // namespace

std::string dotted(std::string path) {
  std::replace(path.begin(), path.end(), '/', '.');
  return path;
}

std::string torch_name(const std::string& path, const std::string& prefix) {
  std::string name = dotted(path);
  if (name.starts_with(prefix)) name.erase(0, prefix.size());
  for (const Rename& rename : kRenames) {
    if (name.starts_with(rename.from)) name.replace(0, rename.from.size(), rename.to);
  }
  constexpr std::string_view kShortcut = ".shortcut.";
  if (const std::size_t at = name.find(kShortcut); at != std::string::npos && name.starts_with("layer")) {
    name.replace(at, kShortcut.size(), ".downsample.");
  }
  return name;
}

std::string common_wrapper(const std::vector<std::string>& names) {
  std::string wrapper;
  for (bool grown = true; grown && !names.empty();) {
    grown = false;
    for (const std::string_view candidate : kWrappers) {
      const std::string longer = wrapper + std::string(candidate);
      const auto has_it = [&](const std::string& name) { return dotted(name).starts_with(longer); };
      if (!std::all_of(names.begin(), names.end(), has_it)) continue;
      wrapper = longer;
      grown = true;
    }
  }
  return wrapper;
}

bool is_ignored_buffer(const std::string& name) {
  return name.ends_with("num_batches_tracked") || name.ends_with("position_ids");
}

}  // namespace dpac
