#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/torch/torch_contents.h"
#include "loaders/torch/torch_objects.h"

namespace dpac {
namespace {

/// LONG1 of 10 bytes, 0x1950a86a20f9469cfc6c: torch.serialization.MAGIC_NUMBER.
constexpr std::string_view kMagic = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr int64_t kVersion = 1001;

class LegacyReader {
 public:
  explicit LegacyReader(const std::filesystem::path& path)
      : path_(path),
        file_(path, std::ios::binary),
        size_(std::filesystem::file_size(path)),
        heap_(std::make_shared<PickleHeap>(path.string() + ": its pickle")),
        objects_(*heap_),
        bytes_(file_, size_, heap_->where()) {}

  TorchContents read() {
    next();  // The magic number, which is_torch_legacy() has seen.
    if (next() != PickleValue(kVersion)) {
      throw Error(
          fmt::format("{}: is of an unknown version of torch.save, expected {}", path_.string(), kVersion));
    }
    next();  // Facts of the machine.
    const PickleValue root = next();
    auto storages = std::make_shared<PlainStorages>(path_);
    const PickleValue keys = next();
    const auto* const list = object_of<PickleList>(keys);
    if (list == nullptr)
      throw Error(fmt::format("{}: lacks the list of its storages; it is damaged", path_.string()));
    for (const PickleValue& key : list->items) add_storage(key, *storages);
    return {"PyTorch file (before 1.6)", heap_, root, std::move(storages)};
  }

 private:
  PickleValue next() { return Unpickler(bytes_, *heap_, objects_).load(); }

  /// A number of elements, then the elements. The pickle says of what type they are.
  void add_storage(const PickleValue& key, PlainStorages& storages) {
    const auto* const text = object_of<PickleText>(key);
    const auto& known = objects_.storages();
    const auto found = text == nullptr ? known.end() : known.lower_bound(text->text);
    const auto* const storage =
        found == known.end() ? nullptr : std::get_if<TorchStorage>(&found->second->value);
    if (storage == nullptr || storage->key != text->text) {
      throw Error(fmt::format("{}: has a storage that no tensor lies in; it is damaged", path_.string()));
    }
    const uint64_t elements = bytes_.number(8), begin = bytes_.position();
    const auto element = static_cast<uint64_t>(storage->type->bytes);
    if (elements > (size_ - begin) / element) {
      throw Error(
          fmt::format("{}: the storage '{}' claims {} elements of {}, but only {} bytes follow; the file is "
                      "truncated or damaged",
                      path_.string(), storage->key, elements, storage->type->name, size_ - begin));
    }
    storages.add(storage->key, static_cast<int64_t>(begin), static_cast<int64_t>(elements * element));
    bytes_.skip(elements * element);
  }

  std::filesystem::path path_;
  std::ifstream file_;
  uint64_t size_;
  std::shared_ptr<PickleHeap> heap_;
  TorchObjects objects_;
  PickleBytes bytes_;
};

}  // namespace

bool is_torch_legacy(std::string_view start) {
  constexpr std::size_t kProtocolAndFrame = 11;
  return start.starts_with('\x80') &&
         start.substr(0, kProtocolAndFrame + kMagic.size()).find(kMagic) != start.npos;
}

TorchContents read_torch_legacy(const std::filesystem::path& path) {
  return LegacyReader(path).read();
}

}  // namespace dpac
