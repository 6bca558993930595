/// @file
/// What the files onednn*.cpp share. Nothing else includes it, or oneDNN's headers.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "engine/onednn/onednn.h"
#include "engine/thread_scope.h"

namespace dpac::onednn {

using dnnl::memory;
using Tag = memory::format_tag;
using Type = memory::data_type;

const dnnl::engine& engine();

/// Of channel_block().
Tag blocked_tag();

Type type_of(Storage storage);

memory::desc map_desc(int64_t batch, const MapShape& map, Tag tag, Type type = Type::f32);

dnnl::primitive_attr attributes(const PostOps& post_ops);

/// Makes X's primitive descriptor from the arguments that X::desc takes in 2.x.
template <class X, class... Args>
typename X::primitive_desc describe(const dnnl::primitive_attr& attr, const Args&... args) {
#if DNNL_VERSION_MAJOR >= 3
  return typename X::primitive_desc(engine(), args..., attr);
#else
  return typename X::primitive_desc(typename X::desc(args...), attr, engine());
#endif
}

/// The same of a backward, which is made with its forward as a hint.
template <class X, class Forward, class... Args>
typename X::primitive_desc describe_backward(const Forward& forward, const Args&... args) {
#if DNNL_VERSION_MAJOR >= 3
  return typename X::primitive_desc(engine(), args..., forward, attributes({}));
#else
  return typename X::primitive_desc(typename X::desc(args...), attributes({}), engine(), forward);
#endif
}

/// @throws Error if oneDNN says it failed.
void execute(const dnnl::primitive& primitive, const dnnl::stream& stream,
             std::span<const dnnl_exec_arg_t> args);

/// Packed copies of plain weights of one type, by description.
class PackedCopies {
 public:
  /// Made on first use.
  memory pack(const void* weights, const memory::desc& plain_desc, const memory::desc& wanted);

  /// Fills all copies anew.
  void repack(const void* weights);

 private:
  /// A reorder with its memories; allocates nothing when it runs.
  class Repacker {
   public:
    Repacker(const memory::desc& plain_desc, memory& copy);
    void run(const void* weights, const dnnl::stream& stream);

   private:
    memory plain_;
    dnnl::reorder reorder_;
    std::array<dnnl_exec_arg_t, 2> args_;
  };

  memory::desc plain_desc_;
  std::vector<memory> copies_;
  std::vector<Repacker> repackers_;
  dnnl::stream stream_{engine()};
};

struct Stream::Impl {
  dnnl::stream stream{engine()};
};

struct Primitive::Impl {
  dnnl::primitive primitive;
  memory::desc src, dst, scratchpad, workspace;
  int src_name = DNNL_ARG_SRC, dst_name = DNNL_ARG_DST;
  int threads = omp_get_max_threads();            // Those that it was made for.
  std::vector<std::pair<int, memory>> constants;  // Weights and bias.
};

template <class PrimitiveDesc>
std::shared_ptr<Primitive::Impl> implementation(const PrimitiveDesc& pd, dnnl::primitive primitive) {
  auto impl = std::make_shared<Primitive::Impl>();
  impl->primitive = std::move(primitive);
  impl->src = pd.src_desc();
  impl->dst = pd.dst_desc();
  impl->scratchpad = pd.scratchpad_desc();
  return impl;
}

/// Of a backward: from the gradient of the output to that of the input.
template <class PrimitiveDesc>
std::shared_ptr<Primitive::Impl> backward_implementation(const PrimitiveDesc& pd, dnnl::primitive primitive) {
  auto impl = std::make_shared<Primitive::Impl>();
  impl->primitive = std::move(primitive);
  impl->src = pd.diff_dst_desc();
  impl->dst = pd.diff_src_desc();
  impl->src_name = DNNL_ARG_DIFF_DST;
  impl->dst_name = DNNL_ARG_DIFF_SRC;
  impl->scratchpad = pd.scratchpad_desc();
  return impl;
}

struct Weights::Impl {
  std::span<const float> weights, bias;
  PackedCopies packed;
};

struct IntegerWeights::Impl {
  std::span<const int8_t> weights;
  PackedCopies packed;
};

}  // namespace dpac::onednn
