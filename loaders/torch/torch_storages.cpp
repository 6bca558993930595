#include "loaders/torch/torch_storages.h"

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

void PlainStorages::add(const std::string& key, int64_t begin, int64_t bytes) {
  if (places_.try_emplace(key, Place{begin, bytes}).second) return;
  throw Error(fmt::format("{}: the storage '{}' is there twice; the file is damaged", path_, key));
}

const PlainStorages::Place& PlainStorages::place(const std::string& key) const {
  const auto found = places_.find(key);
  if (found != places_.end()) return found->second;
  throw Error(fmt::format("{}: the storage '{}' is missing; the file is damaged", path_, key));
}

int64_t PlainStorages::bytes(const std::string& key) const {
  return place(key).bytes;
}

void PlainStorages::read(const std::string& key, int64_t begin, std::span<char> to) const {
  const Place& from = place(key);
  const std::lock_guard lock(mutex_);
  file_.clear();
  file_.seekg(from.begin + begin);
  file_.read(to.data(), static_cast<std::streamsize>(to.size()));
  if (!file_) throw Error(fmt::format("{}: the storage '{}' cannot be read", path_, key));
}

}  // namespace dpac
