#include "engine/onednn/onednn_impl.h"

namespace dpac::onednn {
namespace {

/// A pooling window, which need not be square.
struct PoolWindow {
  memory::dims kernel, strides, before, after;
};

dnnl::pooling_forward::primitive_desc describe_pool(
    dnnl::algorithm algorithm, const memory::desc& src, const memory::desc& dst, const PoolWindow& w,
    dnnl::prop_kind kind = dnnl::prop_kind::forward_inference) {
#if DNNL_VERSION_MAJOR >= 3
  const memory::dims dense = {0, 0};
  return describe<dnnl::pooling_forward>(attributes({}), kind, algorithm, src, dst, w.strides, w.kernel,
                                         dense, w.before, w.after);
#else
  return describe<dnnl::pooling_forward>(attributes({}), kind, algorithm, src, dst, w.strides, w.kernel,
                                         w.before, w.after);
#endif
}

Primitive make_pool(dnnl::algorithm algorithm, const memory::desc& src, const memory::desc& dst,
                    const PoolWindow& window, int threads) {
  const ThreadScope scope(threads);
  const auto pd = describe_pool(algorithm, src, dst, window);
  return Primitive(implementation(pd, dnnl::pooling_forward(pd)));
}

PoolWindow window_of(const Geometry& g) {
  return {{g.kernel.h, g.kernel.w},
          {g.stride.h, g.stride.w},
          {g.pad_top, g.pad_left},
          {g.pad_bottom, g.pad_right}};
}

dnnl::pooling_forward::primitive_desc describe_training_pool(int64_t batch, const MapShape& in,
                                                             const MapShape& out, const Geometry& g) {
  return describe_pool(dnnl::algorithm::pooling_max, map_desc(batch, in, blocked_tag()),
                       map_desc(batch, out, blocked_tag()), window_of(g), dnnl::prop_kind::forward_training);
}

dnnl::pooling_backward::primitive_desc describe_pool_backward(
    const dnnl::pooling_forward::primitive_desc& forward, const memory::desc& src, const memory::desc& dst,
    const PoolWindow& w) {
  const auto algorithm = dnnl::algorithm::pooling_max;
#if DNNL_VERSION_MAJOR >= 3
  const memory::dims dense = {0, 0};
  return describe_backward<dnnl::pooling_backward>(forward, algorithm, src, dst, w.strides, w.kernel, dense,
                                                   w.before, w.after);
#else
  return describe_backward<dnnl::pooling_backward>(forward, algorithm, src, dst, w.strides, w.kernel,
                                                   w.before, w.after);
#endif
}

}  // namespace

Primitive make_max_pool(int64_t batch, const MapShape& in, const MapShape& out, const Geometry& g,
                        Storage storage, int threads) {
  const Type type = type_of(storage);
  return make_pool(dnnl::algorithm::pooling_max, map_desc(batch, in, blocked_tag(), type),
                   map_desc(batch, out, blocked_tag(), type), window_of(g), threads);
}

Primitive make_integer_max_pool(int64_t batch, const MapShape& in, const MapShape& out, const Geometry& g,
                                int threads) {
  return make_pool(dnnl::algorithm::pooling_max, map_desc(batch, in, Tag::nhwc, Type::u8),
                   map_desc(batch, out, Tag::nhwc, Type::u8), window_of(g), threads);
}

Primitive make_recording_max_pool(int64_t batch, const MapShape& in, const MapShape& out, const Geometry& g,
                                  int threads) {
  const ThreadScope scope(threads);
  const auto pd = describe_training_pool(batch, in, out, g);
  auto impl = implementation(pd, dnnl::pooling_forward(pd));
  impl->workspace = pd.workspace_desc();
  return Primitive(std::move(impl));
}

Primitive make_max_pool_backward(int64_t batch, const MapShape& in, const MapShape& out, const Geometry& g,
                                 int threads) {
  const ThreadScope scope(threads);
  const auto forward = describe_training_pool(batch, in, out, g);
  const auto pd = describe_pool_backward(forward, map_desc(batch, in, blocked_tag()),
                                         map_desc(batch, out, blocked_tag()), window_of(g));
  auto impl = backward_implementation(pd, dnnl::pooling_backward(pd));
  impl->workspace = pd.workspace_desc();
  return Primitive(std::move(impl));
}

}  // namespace dpac::onednn
