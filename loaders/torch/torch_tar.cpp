#include <optional>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/torch/torch_contents.h"
#include "loaders/torch/torch_objects.h"

namespace dpac {
namespace {

constexpr uint64_t kBlock = 512;

/// A pickle in which tensors and storages are numbers, and classes stand in tuples.
class TarObjects final : public TorchObjects {
 public:
  using TorchObjects::TorchObjects;

  PickleValue persistent(const PickleValue& id) override {
    if (const auto* list = object_of<PickleList>(id)) {
      return list->items.empty() ? PickleValue() : list->items.front();
    }
    const auto found = known_.find(key_of(id));
    if (found == known_.end()) fail(fmt::format("the object {} is missing", key_of(id)));
    return found->second;
  }

  void add_storage(const PickleValue& key, const PickleValue& type, int64_t elements) {
    known_[key_of(key)] = heap_.make(TorchStorage{key_of(key), type_of_storage(type), elements, 0});
  }

  void add_view(const PickleList& view) {
    if (view.items.size() != 4) fail("a view of a storage lacks its root, offset or size");
    TorchStorage made = storage(view.items[1]);
    const int64_t* const offset = std::get_if<int64_t>(&view.items[2]);
    if (offset == nullptr || *offset < 0) fail("the offset of a view of a storage is no count");
    made.first = *offset;
    known_[key_of(view.items[0])] = heap_.make(std::move(made));
  }

  void add_tensor(const PickleValue& key, const PickleValue& storage_key, int64_t offset, Shape shape,
                  Shape strides) {
    const TorchStorage& in = storage(storage_key);
    known_[key_of(key)] = heap_.make(TorchTensor{&in, in.type, offset, std::move(shape), std::move(strides)});
  }

  [[nodiscard]] const TorchStorage& storage(const PickleValue& key) const {
    const auto found = known_.find(key_of(key));
    const auto* const made =
        found == known_.end() ? nullptr : std::get_if<TorchStorage>(&found->second->value);
    if (made == nullptr) fail(fmt::format("the storage {} is missing", key_of(key)));
    return *made;
  }

 private:
  std::map<std::string, PickleObject*> known_;
};

class TarReader {
 public:
  explicit TarReader(const std::filesystem::path& path)
      : path_(path),
        file_(path, std::ios::binary),
        size_(std::filesystem::file_size(path)),
        heap_(std::make_shared<PickleHeap>(path.string() + ": its pickle")),
        objects_(*heap_),
        storages_(std::make_shared<PlainStorages>(path)) {}

  TorchContents read() {
    find_members();
    read_storages(member("storages"));
    read_tensors(member("tensors"));
    PickleBytes bytes = open(member("pickle"));
    return {"PyTorch file (before 0.2)", heap_, next(bytes), storages_};
  }

 private:
  struct Member {
    uint64_t begin, size;
  };

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(fmt::format("{}: {}", path_.string(), why));
  }

  /// Headers of 512 bytes: the name at 0, the size at 124 as octal digits; a member fills whole blocks.
  void find_members() {
    std::string header(kBlock, '\0');
    for (uint64_t at = 0; at + kBlock <= size_;) {
      file_.seekg(static_cast<std::streamoff>(at));
      file_.read(header.data(), static_cast<std::streamsize>(kBlock));
      if (!file_ || header[0] == '\0') return;
      const uint64_t begin = at + kBlock, length = octal(header.substr(124, 12));
      if (length > size_ - begin)
        fail("a member of the tar archive reaches beyond its end; it is truncated or damaged");
      members_.try_emplace(header.substr(0, std::min<std::size_t>(header.find('\0'), 100)),
                           Member{begin, length});
      at = begin + (length + kBlock - 1) / kBlock * kBlock;
    }
  }

  [[nodiscard]] uint64_t octal(const std::string& digits) const {
    uint64_t value = 0;
    for (const char c : digits) {
      if (c == '\0' || c == ' ') break;
      if (c < '0' || c > '7')
        fail("the size of a member of the tar archive is no octal number; it is damaged");
      value = 8 * value + static_cast<uint64_t>(c - '0');
    }
    return value;
  }

  [[nodiscard]] const Member& member(const std::string& name) const {
    const auto found = members_.find(name);
    if (found == members_.end()) {
      fail(fmt::format(
          "this tar archive has no '{}', so torch.save did not write it; unpack it and give the file of "
          "weights in it",
          name));
    }
    return found->second;
  }

  PickleBytes open(const Member& from) {
    begin_ = from.begin;
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(from.begin));
    return {file_, from.size, heap_->where()};
  }

  PickleValue next(PickleBytes& bytes) { return Unpickler(bytes, *heap_, objects_).load(); }

  const PickleList& next_list(PickleBytes& bytes, std::size_t least) {
    const PickleValue value = next(bytes);
    const auto* const list = object_of<PickleList>(value);
    if (list == nullptr || list->items.size() < least)
      fail("lacks the description of a tensor or storage; it is damaged");
    return *list;
  }

  uint64_t next_count(PickleBytes& bytes) {
    const PickleValue value = next(bytes);
    const int64_t* const count = std::get_if<int64_t>(&value);
    if (count == nullptr || *count < 0) fail("lacks its number of tensors or storages; it is damaged");
    return static_cast<uint64_t>(*count);
  }

  /// A count, then for each (key, device, class), its number of elements and the elements; then the list of
  /// views.
  void read_storages(const Member& from) {
    PickleBytes bytes = open(from);
    for (uint64_t left = next_count(bytes); left > 0; --left) {
      const PickleList& description = next_list(bytes, 3);
      const uint64_t elements = bytes.number(8);
      if (elements > size_) fail("a storage claims more elements than the file has bytes; it is damaged");
      objects_.add_storage(description.items[0], description.items[2], static_cast<int64_t>(elements));
      const TorchStorage& storage = objects_.storage(description.items[0]);
      const auto length = elements * static_cast<uint64_t>(storage.type->bytes);
      storages_->add(storage.key, static_cast<int64_t>(begin_ + bytes.position()),
                     static_cast<int64_t>(length));
      bytes.skip(length);
    }
    for (const PickleValue& view : next_list(bytes, 0).items) {
      const auto* const parts = object_of<PickleList>(view);
      if (parts == nullptr) fail("lacks the description of a view; it is damaged");
      objects_.add_view(*parts);
    }
  }

  /// A count, then for each (key, storage's key, class), its rank, sizes, strides and offset.
  void read_tensors(const Member& from) {
    PickleBytes bytes = open(from);
    for (uint64_t left = next_count(bytes); left > 0; --left) {
      const PickleList& description = next_list(bytes, 2);
      const uint64_t rank = bytes.number(4);
      bytes.skip(4);
      if (rank > 32) fail(fmt::format("a tensor has {} dimensions; it is damaged", rank));
      Shape shape = numbers(bytes, rank), strides = numbers(bytes, rank);
      const int64_t offset = numbers(bytes, 1).front();
      objects_.add_tensor(description.items[0], description.items[1], offset, std::move(shape),
                          std::move(strides));
    }
  }

  Shape numbers(PickleBytes& bytes, uint64_t count) const {
    Shape values;
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t value = bytes.number(8);
      if (value > uint64_t{INT64_MAX}) fail("a tensor has a negative size, stride or offset; it is damaged");
      values.push_back(static_cast<int64_t>(value));
    }
    return values;
  }

  std::filesystem::path path_;
  std::ifstream file_;
  uint64_t size_, begin_ = 0;
  std::shared_ptr<PickleHeap> heap_;
  TarObjects objects_;
  std::shared_ptr<PlainStorages> storages_;
  std::map<std::string, Member> members_;
};

}  // namespace

TorchContents read_torch_tar(const std::filesystem::path& path) {
  return TarReader(path).read();
}

}  // namespace dpac
