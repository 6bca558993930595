#include "loaders/torch/torch_tensor.h"

#include <cstring>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/checked_size.h"
#include "loaders/stored_bytes.h"

namespace dpac {
namespace {

std::span<char> bytes_of(Tensor& tensor) {
  return {reinterpret_cast<char*>(tensor.values().data()), tensor.values().size_bytes()};
}

class Loader {
 public:
  Loader(const TorchTensor& tensor, const TorchStorages& storages, const std::string& where)
      : tensor_(tensor), storages_(storages), where_(where) {}

  Tensor load() {
    if (!tensor_.type->floating) {
      fail(fmt::format(
          "has the type {}, expected float32, float16, bfloat16 or float64; convert it with .float(), "
          "or leave it out if it is no weight",
          tensor_.type->name));
    }
    const std::optional<int64_t> bytes = checked_bytes(tensor_.shape, sizeof(float));
    if (!bytes || *bytes > kMaxTensorBytes) {
      fail(fmt::format("has the shape {}, which needs more than the 4 GiB allowed for one",
                       to_string(tensor_.shape)));
    }
    if (*bytes == 0) return Tensor(tensor_.shape);
    const auto [begin, end] = extent();
    const FloatType type = *tensor_.type->floating;
    Tensor loaded(tensor_.shape);
    if (is_row_major() && type == FloatType::float32) {
      storages_.read(tensor_.storage->key, begin, bytes_of(loaded));
    } else {
      std::vector<char> stored(static_cast<std::size_t>(end - begin));
      storages_.read(tensor_.storage->key, begin, stored);
      to_floats(type, is_row_major() ? stored : gathered(stored), loaded.values());
    }
    return loaded;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const { throw Error(fmt::format("{} {}", where_, why)); }

  struct Extent {
    int64_t begin, end;
  };

  /// The bytes of the storage from the first element to the last one.
  [[nodiscard]] Extent extent() const {
    const TorchStorage& storage = *tensor_.storage;
    const int64_t stored = storages_.bytes(storage.key), element = tensor_.type->bytes;
    if (storage.elements != stored / storage.type->bytes || stored % storage.type->bytes != 0) {
      fail(fmt::format("lies in a storage of {} elements of {}, but {} bytes are stored", storage.elements,
                       storage.type->name, stored));
    }
    int64_t last = 0, begin = 0;
    bool fits = !__builtin_mul_overflow(storage.first, storage.type->bytes, &begin);
    for (std::size_t i = 0; i < tensor_.shape.size(); ++i) {
      int64_t reach = 0;
      fits = fits && !__builtin_mul_overflow(tensor_.shape[i] - 1, tensor_.strides[i], &reach) &&
             !__builtin_add_overflow(last, reach, &last);
    }
    int64_t offset = 0, length = 0, end = 0;
    fits = fits && !__builtin_mul_overflow(tensor_.offset, element, &offset) &&
           !__builtin_add_overflow(begin, offset, &begin) && !__builtin_add_overflow(last, 1, &last) &&
           !__builtin_mul_overflow(last, element, &length) && !__builtin_add_overflow(begin, length, &end);
    if (!fits || end > stored) {
      fail(fmt::format("of shape {} and strides {} reaches beyond its storage of {} bytes",
                       to_string(tensor_.shape), to_string(tensor_.strides), stored));
    }
    if (length > most_unpacked_bytes(16 * element * element_count(tensor_.shape))) {
      fail(fmt::format("of shape {} and strides {} is spread over {} bytes; save tensor.contiguous()",
                       to_string(tensor_.shape), to_string(tensor_.strides), length));
    }
    return {begin, end};
  }

  [[nodiscard]] bool is_row_major() const {
    int64_t expected = 1;
    for (std::size_t i = tensor_.shape.size(); i-- > 0;) {
      if (tensor_.shape[i] != 1 && tensor_.strides[i] != expected) return false;
      expected *= tensor_.shape[i];
    }
    return true;
  }

  /// The elements in row-major order; `stored` begins with the first one.
  [[nodiscard]] std::vector<char> gathered(const std::vector<char>& stored) const {
    const auto element = static_cast<std::size_t>(tensor_.type->bytes);
    const auto count = static_cast<std::size_t>(element_count(tensor_.shape));
    std::vector<char> row_major(count * element);
    Shape index(tensor_.shape.size(), 0);
    int64_t from = 0;
    for (std::size_t i = 0; i < count; ++i) {
      std::memcpy(row_major.data() + i * element, stored.data() + static_cast<std::size_t>(from) * element,
                  element);
      from = next(index, from);
    }
    return row_major;
  }

  /// Counts `index` up by one, the last dimension fastest; the stored element it then stands for.
  [[nodiscard]] int64_t next(Shape& index, int64_t from) const {
    for (std::size_t i = index.size(); i-- > 0;) {
      if (tensor_.shape[i] == 1) continue;
      from += tensor_.strides[i];
      if (++index[i] < tensor_.shape[i]) return from;
      from -= index[i] * tensor_.strides[i];
      index[i] = 0;
    }
    return from;
  }

  const TorchTensor& tensor_;
  const TorchStorages& storages_;
  const std::string& where_;
};

}  // namespace

Tensor load_tensor(const TorchTensor& tensor, const TorchStorages& storages, const std::string& where) {
  return Loader(tensor, storages, where).load();
}

}  // namespace dpac
