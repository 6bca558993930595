/// @file
/// What Python gives a network to read: arrays, which are not copied.
#pragma once

#include <cstdint>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <vector>

#include "engine/inputs.h"

namespace dpac::python {

template <class Value, class... Shape>
using Array = nanobind::ndarray<Value, nanobind::device::cpu, nanobind::c_contig, Shape...>;

using Images = Array<const float, nanobind::ndim<4>>;
using Pixels = Array<const uint8_t, nanobind::ndim<4>>;  ///< [N, H, W, C]
using Tokens = Array<const int32_t, nanobind::ndim<2>>;
using Lengths = Array<const int64_t, nanobind::ndim<1>>;
using Logits = Array<float, nanobind::ndim<2>>;

/// Keeps the arrays alive.
class Samples {
 public:
  /// [N, C, H, W], preprocessed.
  explicit Samples(Images images);

  /// Ids and types [N, T], of which the first lengths[i] are sequence i. @throws Error if sizes do not fit.
  Samples(Tokens ids, Tokens types, const Lengths& lengths);

  [[nodiscard]] int64_t count() const { return count_; }
  /// Tokens of the longest sequence; 0 for images.
  [[nodiscard]] int64_t longest() const;
  [[nodiscard]] Inputs inputs() const;
  /// Those at `positions`, for one call of `visit`.
  template <class Visit>
  void gather(const std::vector<int64_t>& positions, const Visit& visit) const;

 private:
  [[nodiscard]] std::span<const float> pixels() const { return {images_.data(), images_.size()}; }

  int64_t count_ = 0;
  Images images_;
  Tokens ids_, types_;
  std::vector<TokenSequence> sequences_;
};

template <class Visit>
void Samples::gather(const std::vector<int64_t>& positions, const Visit& visit) const {
  std::vector<float> images;
  std::vector<TokenSequence> sequences;
  const std::size_t size = sequences_.empty() ? images_.size() / static_cast<std::size_t>(count_) : 0;
  for (const int64_t position : positions) {
    const auto i = static_cast<std::size_t>(position);
    if (sequences_.empty()) {
      const auto image = pixels().subspan(i * size, size);
      images.insert(images.end(), image.begin(), image.end());
    } else {
      sequences.push_back(sequences_[i]);
    }
  }
  visit(sequences_.empty() ? Inputs(images) : Inputs(std::span<const TokenSequence>(sequences)));
}

}  // namespace dpac::python
