#include "engine/networks/weights.h"

#include <cassert>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

void WeightStore::add(std::string name, Tensor tensor, std::string origin) {
  const auto [it, added] = entries_.try_emplace(std::move(name), std::move(tensor), std::move(origin));
  if (!added) {
    throw Error(
        fmt::format("dataset '{}' and dataset '{}' both stand for the weight '{}'; remove one of them",
                    it->second.origin, origin, it->first));
  }
}

Tensor WeightStore::take(std::string_view name) {
  const auto it = entries_.find(name);
  assert(it != entries_.end());
  return it->second.tensor.take_values();
}

std::vector<std::string> WeightStore::names() const {
  std::vector<std::string> names;
  for (const auto& entry : entries_) names.push_back(entry.first);
  return names;
}

const Tensor* WeightStore::find(std::string_view name) const {
  const auto it = entries_.find(name);
  return it == entries_.end() ? nullptr : &it->second.tensor;
}

}  // namespace dpac
