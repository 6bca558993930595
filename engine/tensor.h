/// @file
/// A dense float32 array on the heap: the form in which weights and activations cross module borders.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "kernels/api.h"

namespace dpac {

/// Sizes of a tensor, outermost first. Images are [N, C, H, W], convolution weights [out, in, kh, kw],
/// fully connected weights [out, in].
using Shape = std::vector<int64_t>;

/// Number of elements; 1 for rank 0.
DPAC_API int64_t element_count(const Shape& shape);

/// "[64, 3, 7, 7]", for messages.
DPAC_API std::string to_string(const Shape& shape);

/// Uninitialised floats on a 64-byte boundary (a cache line and a 512-bit vector).
class DPAC_API AlignedFloats {
 public:
  static constexpr std::size_t kAlignment = 64;

  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t size);

  [[nodiscard]] float* data() { return data_.get(); }
  [[nodiscard]] const float* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  std::unique_ptr<float[], Free> data_;
  std::size_t size_ = 0;
};

/// An owning row-major float32 tensor. Move-only: a copy of a network's weights is never what one wants.
class DPAC_API Tensor {
 public:
  Tensor() = default;
  /// Elements are uninitialised.
  explicit Tensor(Shape shape);
  Tensor(Shape shape, std::span<const float> values);

  /// A shape alone, without values.
  static Tensor outline(Shape shape);

  /// Moves the values into another tensor of this shape. This one becomes an outline.
  Tensor take_values();

  /// Another tensor of the same values, or another outline.
  [[nodiscard]] Tensor copy() const;

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] int64_t dim(std::size_t i) const { return shape_.at(i); }
  [[nodiscard]] std::size_t rank() const { return shape_.size(); }
  /// Whether it is a shape alone: values() is empty.
  [[nodiscard]] bool is_outline() const { return storage_.data() == nullptr; }
  [[nodiscard]] std::span<float> values() { return {storage_.data(), storage_.size()}; }
  [[nodiscard]] std::span<const float> values() const { return {storage_.data(), storage_.size()}; }

 private:
  Shape shape_;
  AlignedFloats storage_;
};

}  // namespace dpac
