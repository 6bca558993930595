/// @file
/// A 3x3 convolution of stride 1 by Winograd's F(4x4, 3x3) (kernels/winograd.h), its products a grouped 1x1
/// convolution of oneDNN: the same on oneDNN 2.x and 3.x, and the same bits for every batch and number of
/// threads.
#pragma once

#include <memory>

#include "engine/onednn/onednn.h"
#include "engine/tensor.h"
#include "kernels/winograd.h"

namespace dpac {

/// Weights after their transform, with the packed copies the products asked for.
class WinogradWeights {
 public:
  /// `bias` may be empty.
  WinogradWeights(const Tensor& weights, std::span<const float> bias);

  [[nodiscard]] const onednn::Weights& products() const { return products_; }
  [[nodiscard]] const float* bias() const { return bias_.data(); }  ///< Padded with zeros to whole blocks.

  /// Transforms other plain weights of the same shape, and packs them anew. Not after drop_plain().
  void repack(const float* weights, int threads);

  /// Frees the transformed weights; only the packed copies are needed to run.
  void drop_plain() { transformed_ = AlignedFloats(); }

 private:
  int64_t filters_;
  AlignedFloats transformed_;
  AlignedFloats bias_;
  onednn::Weights products_;
};

/// Whether the engine uses Winograd for this convolution: a fixed rule on its shape. Below 14x14 pixels the
/// four times larger weights cost more than the multiplications saved.
bool suits_winograd(const MapShape& in, const MapShape& out, const Geometry& geometry);

class Winograd {
 public:
  Winograd(const onednn::ConvolutionSpec& spec, const WinogradWeights& weights, int threads);

  /// Floats of scratchpad a bound one needs.
  [[nodiscard]] std::size_t scratchpad_size() const;

  /// This convolution with its memories.
  class Call {
   public:
    Call(const Winograd& winograd, const float* src, float* dst, float* scratchpad);
    void run(const onednn::Stream& stream) const;

   private:
    const Winograd& winograd_;
    const float* src_;
    float *dst_, *values_, *products_;
    onednn::Call call_;
  };

 private:
  [[nodiscard]] std::size_t values_size() const;
  [[nodiscard]] std::size_t products_size() const;
  void transform_input(const float* src, float* values) const;
  void transform_output(const float* products, float* dst) const;

  onednn::ConvolutionSpec spec_;
  WinogradMap in_, out_;
  const float* bias_;
  int threads_;
  onednn::Primitive products_;
};

}  // namespace dpac
