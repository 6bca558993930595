#include <algorithm>

#include <fmt/format.h>

#include "engine/onednn/onednn_impl.h"
#include "kernels/error.h"

namespace dpac::onednn {
namespace {

struct WeightDescs {
  memory::desc plain;  // As given.
  memory::desc any, bias;
};

/// Of weights given in one type and multiplied in another.
WeightDescs weight_descs(const ConvolutionSpec& spec, Type given, Type type, bool has_bias) {
  const Extent k = spec.geometry.kernel;
  memory::dims dims = {spec.out.channels, spec.in.channels / spec.groups, k.h, k.w};
  WeightDescs descs;
  if (spec.groups == 1) {
    descs.plain = {dims, given, Tag::oihw};
  } else {
    dims.insert(dims.begin(), spec.groups);
    dims[1] /= spec.groups;
    descs.plain = {dims, given, Tag::goihw};
  }
  descs.any = {dims, type, Tag::any};
  if (has_bias) descs.bias = {{spec.out.channels}, Type::f32, Tag::a};
  return descs;
}

/// Strides and paddings.
struct Window {
  explicit Window(const Geometry& g)
      : strides{g.stride.h, g.stride.w},
        between{g.dilation.h - 1, g.dilation.w - 1},
        before{g.pad_top, g.pad_left},
        after{g.pad_bottom, g.pad_right} {}

  memory::dims strides, between, before, after;
};

dnnl::convolution_forward::primitive_desc describe_convolution(const ConvolutionSpec& spec,
                                                               const WeightDescs& w, const memory::desc& src,
                                                               const memory::desc& dst,
                                                               const dnnl::primitive_attr& attr) {
  const Window window(spec.geometry);
  return describe<dnnl::convolution_forward>(attr, dnnl::prop_kind::forward_inference,
                                             dnnl::algorithm::convolution_direct, src, w.any, w.bias, dst,
                                             window.strides, window.between, window.before, window.after);
}

/// oneDNN blocks the channels of 1x1 convolutions in another way where it has more threads for a map.
int threads_of(const ConvolutionSpec& spec, int threads) {
  constexpr int64_t kThreadsPerMap = 8;
  return static_cast<int>(std::min<int64_t>(threads, kThreadsPerMap * spec.batch));
}

[[noreturn]] void refuse(const ConvolutionSpec& spec, const dnnl::error& error) {
  throw Error(fmt::format("layer '{}': oneDNN {} cannot make its convolution ({})", spec.name, version(),
                          error.what()));
}

}  // namespace

Primitive make_convolution(const ConvolutionSpec& spec, const Weights& weights, int threads) try {
  const ThreadScope scope(threads_of(spec, threads));
  Weights::Impl& w = weights.impl();
  const WeightDescs descs = weight_descs(spec, Type::f32, type_of(spec.src), !w.bias.empty());
  const Tag src_tag = spec.plain_input ? Tag::nchw : blocked_tag();
  const auto src = map_desc(spec.batch, spec.in, src_tag, type_of(spec.src));
  const auto dst = map_desc(spec.batch, spec.out, blocked_tag(), type_of(spec.dst));
  const auto pd = describe_convolution(spec, descs, src, dst, attributes(spec.post_ops));
  auto impl = implementation(pd, dnnl::convolution_forward(pd));
  impl->constants = {{DNNL_ARG_WEIGHTS, w.packed.pack(w.weights.data(), descs.plain, pd.weights_desc())}};
  if (!w.bias.empty()) {
    impl->constants.emplace_back(DNNL_ARG_BIAS,
                                 memory(descs.bias, engine(), const_cast<float*>(w.bias.data())));
  }
  return Primitive(std::move(impl));
} catch (const dnnl::error& error) {
  refuse(spec, error);
}

Primitive make_integer_convolution(const ConvolutionSpec& spec, int32_t zero_point,
                                   const IntegerWeights& weights, int threads) try {
  const ThreadScope scope(threads);
  const WeightDescs descs = weight_descs(spec, Type::s8, Type::s8, false);
  const auto src = map_desc(spec.batch, spec.in, Tag::nhwc, Type::u8);
  const auto dst = map_desc(spec.batch, spec.out, Tag::nhwc, Type::s32);
  dnnl::primitive_attr attr = attributes({});
#if DNNL_VERSION_MAJOR >= 3
  if (zero_point != 0) attr.set_zero_points_mask(DNNL_ARG_SRC, 0);
#else
  if (zero_point != 0) attr.set_zero_points(DNNL_ARG_SRC, 0, {zero_point});
#endif
  const auto pd = describe_convolution(spec, descs, src, dst, attr);
  auto impl = implementation(pd, dnnl::convolution_forward(pd));
  IntegerWeights::Impl& w = weights.impl();
  impl->constants = {{DNNL_ARG_WEIGHTS, w.packed.pack(w.weights.data(), descs.plain, pd.weights_desc())}};
#if DNNL_VERSION_MAJOR >= 3
  if (zero_point != 0) {
    memory value({{1}, Type::s32, Tag::x}, engine());
    *static_cast<int32_t*>(value.get_data_handle()) = zero_point;
    impl->constants.emplace_back(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, value);
  }
#endif
  return Primitive(std::move(impl));
} catch (const dnnl::error& error) {
  refuse(spec, error);
}

Primitive make_convolution_backward(const ConvolutionSpec& spec, const Weights& weights, int threads) try {
  const ThreadScope scope(threads);
  Weights::Impl& w = weights.impl();
  const WeightDescs descs = weight_descs(spec, Type::f32, Type::f32, false);
  const auto src = map_desc(spec.batch, spec.in, blocked_tag());
  const auto dst = map_desc(spec.batch, spec.out, blocked_tag());
  const Window window(spec.geometry);
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const auto forward = describe<dnnl::convolution_forward>(attributes({}), dnnl::prop_kind::forward_training,
                                                           algorithm, src, descs.any, dst, window.strides,
                                                           window.between, window.before, window.after);
  const auto pd = describe_backward<dnnl::convolution_backward_data>(
      forward, algorithm, src, descs.any, dst, window.strides, window.between, window.before, window.after);
  auto impl = backward_implementation(pd, dnnl::convolution_backward_data(pd));
  impl->constants = {{DNNL_ARG_WEIGHTS, w.packed.pack(w.weights.data(), descs.plain, pd.weights_desc())}};
  return Primitive(std::move(impl));
} catch (const dnnl::error& error) {
  refuse(spec, error);
}

}  // namespace dpac::onednn
