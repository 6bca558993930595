#include "python/bindings/plain_array.h"

#include <cstddef>
#include <utility>

namespace dpac::python {

Owned to_numpy(PlainArray array) {
  auto* const owned = new PlainArray(std::move(array));
  const nanobind::capsule owner(owned, [](void* p) noexcept { delete static_cast<PlainArray*>(p); });
  const std::vector<std::size_t> shape(owned->shape.begin(), owned->shape.end());
  return Owned(owned->values.data(), shape.size(), shape.data(), owner);
}

}  // namespace dpac::python
