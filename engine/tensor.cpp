#include "engine/tensor.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dpac {

int64_t element_count(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t d : shape) {
    assert(d >= 0);
    count *= d;
  }
  return count;
}

std::string to_string(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

AlignedFloats::AlignedFloats(std::size_t size) : size_(size) {
  const std::size_t bytes = (size * sizeof(float) + kAlignment - 1) / kAlignment * kAlignment;
  data_.reset(static_cast<float*>(std::aligned_alloc(kAlignment, std::max(bytes, kAlignment))));
  if (!data_) throw std::bad_alloc();
}

Tensor::Tensor(Shape shape)
    : shape_(std::move(shape)), storage_(static_cast<std::size_t>(element_count(shape_))) {}

Tensor::Tensor(Shape shape, std::span<const float> values) : Tensor(std::move(shape)) {
  assert(values.size() == storage_.size());
  std::copy(values.begin(), values.end(), storage_.data());
}

Tensor Tensor::outline(Shape shape) {
  Tensor tensor;
  tensor.shape_ = std::move(shape);
  return tensor;
}

Tensor Tensor::copy() const {
  return is_outline() ? outline(shape_) : Tensor(shape_, values());
}

Tensor Tensor::take_values() {
  Tensor taken = outline(shape_);
  taken.storage_ = std::exchange(storage_, {});
  return taken;
}

}  // namespace dpac
