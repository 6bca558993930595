/// @file
/// The part of oneDNN the engine uses, in the engine's terms. The files onednn*.cpp are the only ones that
/// include oneDNN's headers and know the difference between 2.x and 3.x.
///
/// Activations are channel blocks (kernels/layout.h): `block` is channel_block(). Every object is compiled
/// for a number of threads: 1 to run inside one thread of a parallel region, more to be run from outside of
/// one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include "engine/ops/value.h"
#include "engine/storage.h"

namespace dpac::onednn {

/// "2.6.3".
std::string version();

/// Channels in a block of the layout oneDNN is fastest with on this machine: 16 with AVX-512, else 8.
int channel_block();

/// Whether sums of uint8 times int8 are exact on this machine: without VNNI they saturate.
bool exact_integer_products();

/// Whether this machine multiplies in bfloat16 faster than in float32.
bool bfloat16_products();

/// Pixels of a map of one row, at least `pixels`, with which a 1x1 convolution sums over the channels in the
/// order of any other such map: oneDNN chooses other blocks of channels where the lines of a block fall on
/// the same sets of the cache.
int64_t row_length(int64_t pixels);

/// What runs a call: one per thread that runs calls at the same time.
class Stream {
 public:
  Stream();
  ~Stream();
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;

  struct Impl;
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// A primitive bound to its memories. run() allocates nothing in our code.
class Call {
 public:
  Call();
  ~Call();
  Call(Call&&) noexcept;
  Call& operator=(Call&&) noexcept;

  void set_src(const void* src);
  void run(const Stream& stream) const;

  struct Impl;
  explicit Call(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// A primitive. It may run in several threads at once, each with a call of its own.
class Primitive {
 public:
  Primitive();
  ~Primitive();
  Primitive(Primitive&&) noexcept;
  Primitive& operator=(Primitive&&) noexcept;

  explicit operator bool() const { return impl_ != nullptr; }

  /// Floats a call's scratchpad needs; 0 for an empty primitive.
  [[nodiscard]] std::size_t scratchpad_size() const;

  /// Floats of what a recording forward tells its backward; 0 for other primitives.
  [[nodiscard]] std::size_t workspace_size() const;

  /// `scratchpad` may be shared by all calls of one stream. A backward's `src` is the gradient of the
  /// forward's output, its `dst` that of the forward's input. `workspace` is null where its size is 0.
  [[nodiscard]] Call bind(const void* src, void* dst, void* scratchpad, void* workspace = nullptr) const;

  struct Impl;
  explicit Primitive(std::shared_ptr<const Impl> impl);

 private:
  std::shared_ptr<const Impl> impl_;
};

/// What is fused behind a convolution.
struct PostOps {
  bool add_to_dst = false;  ///< dst holds a residual to be added.
  bool relu = false;        ///< After that.
  float most =
      std::numeric_limits<float>::infinity();  ///< And nothing beyond it, where it is finite: 6 for ReLU6.
};

struct ConvolutionSpec {
  std::string name;  ///< For messages.
  int64_t batch = 1;
  MapShape in, out;
  Geometry geometry;
  int64_t groups = 1;
  bool plain_input = false;        ///< src is [N, C, H, W]: the network's input of 1 or 3 channels.
  Storage src = Storage::float32;  ///< Of the weights too. Sums are in float32.
  Storage dst = Storage::float32;  ///< Rounded once, after the post-ops.
  PostOps post_ops;
};

/// A view of weights in their plain layout ([out, in / groups, kernel, kernel]; [out], may be empty) with the
/// packed copies primitives asked for, which all primitives made from this object share. The plain weights
/// must live until the last primitive is made, the bias as long as any primitive runs.
class Weights {
 public:
  Weights(std::span<const float> weights, std::span<const float> bias);
  ~Weights();
  Weights(Weights&&) noexcept;
  Weights& operator=(Weights&&) noexcept;

  /// Fills the packed copies anew from other plain weights of the same shape. Not while a primitive runs.
  /// Makes no primitive after the first call.
  void repack(const float* weights);

  struct Impl;
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// 8-bit weights [out, in, kernel, kernel] of an exact product, and their packed copies, as above.
class IntegerWeights {
 public:
  explicit IntegerWeights(std::span<const int8_t> weights);
  ~IntegerWeights();
  IntegerWeights(IntegerWeights&&) noexcept;
  IntegerWeights& operator=(IntegerWeights&&) noexcept;

  struct Impl;
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Sums run in the same order for any batch and number of threads; those of a 1x1 convolution also for any
/// row_length() of a map of one row. It may therefore run on fewer threads.
/// @throws Error where oneDNN has no implementation.
Primitive make_convolution(const ConvolutionSpec& spec, const Weights& weights, int threads);

/// From the gradient of a convolution's output to that of its input. `spec` is the convolution's; blocked
/// maps, no post-ops. @throws Error where oneDNN has no implementation.
Primitive make_convolution_backward(const ConvolutionSpec& spec, const Weights& weights, int threads);

/// dst (int32) = sum (src - zero_point) * weights, exactly: src is uint8, a zero outside the image is exact.
/// All maps are [N, H, W, C]; `plain_input` and `post_ops` do not apply. Needs exact_integer_products().
Primitive make_integer_convolution(const ConvolutionSpec& spec, int32_t zero_point,
                                   const IntegerWeights& weights, int threads);

/// Of uint8 maps [N, H, W, C].
Primitive make_integer_max_pool(int64_t batch, const MapShape& in, const MapShape& out,
                                const Geometry& geometry, int threads);
Primitive make_max_pool(int64_t batch, const MapShape& in, const MapShape& out, const Geometry& geometry,
                        Storage storage, int threads);

/// The same, and notes in its workspace which pixels are the largest.
Primitive make_recording_max_pool(int64_t batch, const MapShape& in, const MapShape& out,
                                  const Geometry& geometry, int threads);

/// Its backward, with that workspace.
Primitive make_max_pool_backward(int64_t batch, const MapShape& in, const MapShape& out,
                                 const Geometry& geometry, int threads);

}  // namespace dpac::onednn
