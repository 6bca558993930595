#include "engine/onednn.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>

#include "kernels/error.h"

namespace dpac::onednn {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

/// oneDNN plans its work for the number of threads OpenMP would give when the primitive is made.
class ThreadScope {
 public:
  explicit ThreadScope(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
  ~ThreadScope() { omp_set_num_threads(before_); }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

Tag blocked_tag() {
  return channel_block() == 16 ? Tag::nChw16c : Tag::nChw8c;
}

using Type = memory::data_type;

memory::desc map_desc(int64_t batch, const MapShape& map, Tag tag, Type type = Type::f32) {
  return {{batch, map.channels, map.height, map.width}, type, tag};
}

dnnl::primitive_attr attributes(const PostOps& post_ops) {
  dnnl::post_ops chain;
  if (post_ops.add_to_dst) chain.append_sum(1.0f);
#if DNNL_VERSION_MAJOR >= 3
  if (post_ops.relu) chain.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
#else
  if (post_ops.relu) chain.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
#endif
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  attr.set_post_ops(chain);
  return attr;
}

/// Makes X's primitive descriptor from the arguments that X::desc takes in 2.x.
template <class X, class... Args>
typename X::primitive_desc describe(const dnnl::primitive_attr& attr, const Args&... args) {
#if DNNL_VERSION_MAJOR >= 3
  return typename X::primitive_desc(engine(), args..., attr);
#else
  return typename X::primitive_desc(typename X::desc(args...), attr, engine());
#endif
}

/// A pooling window, which need not be square.
struct PoolWindow {
  memory::dims kernel, strides, before, after;
};

dnnl::pooling_forward::primitive_desc describe_pool(dnnl::algorithm algorithm, const memory::desc& src,
                                                    const memory::desc& dst, const PoolWindow& w) {
  const auto inference = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
  const memory::dims dense = {0, 0};
  return describe<dnnl::pooling_forward>(attributes({}), inference, algorithm, src, dst, w.strides, w.kernel,
                                         dense, w.before, w.after);
#else
  return describe<dnnl::pooling_forward>(attributes({}), inference, algorithm, src, dst, w.strides, w.kernel,
                                         w.before, w.after);
#endif
}

void reorder(memory& from, memory& to) {
  dnnl::stream stream(engine());
  dnnl::reorder(from, to).execute(stream, from, to);
  stream.wait();
}

void execute(const dnnl::primitive& primitive, const dnnl::stream& stream,
             std::span<const dnnl_exec_arg_t> args) {
  const dnnl_status_t status =
      dnnl_primitive_execute(primitive.get(), stream.get(), static_cast<int>(args.size()), args.data());
  if (status != dnnl_success) throw Error(fmt::format("oneDNN {} failed to run a primitive", version()));
}

/// Packed copies of plain weights of one type, by description.
class PackedCopies {
 public:
  /// Made on first use.
  memory pack(const void* weights, const memory::desc& plain_desc, const memory::desc& wanted) {
    for (const memory& copy : copies_) {
      if (copy.get_desc() == wanted) return copy;
    }
    plain_desc_ = plain_desc;
    memory plain(plain_desc, engine(), const_cast<void*>(weights));
    memory copy(wanted, engine());
    reorder(plain, copy);
    copies_.push_back(copy);
    return copy;
  }

  void repack(const void* weights) {
    while (repackers_.size() < copies_.size())
      repackers_.emplace_back(plain_desc_, copies_[repackers_.size()]);
    for (Repacker& repacker : repackers_) repacker.run(weights, stream_);
    stream_.wait();
  }

 private:
  /// A reorder with its memories; allocates nothing when it runs.
  class Repacker {
   public:
    Repacker(const memory::desc& plain_desc, memory& copy)
        : plain_(plain_desc, engine(), nullptr),
          reorder_(plain_, copy),
          args_{dnnl_exec_arg_t{DNNL_ARG_FROM, plain_.get()}, dnnl_exec_arg_t{DNNL_ARG_TO, copy.get()}} {}

    void run(const void* weights, const dnnl::stream& stream) {
      plain_.set_data_handle(const_cast<void*>(weights));
      execute(reorder_, stream, args_);
    }

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

}  // namespace

std::string version() {
  const dnnl_version_t* v = dnnl_version();
  return fmt::format("{}.{}.{}", v->major, v->minor, v->patch);
}

namespace {

bool runs(dnnl::cpu_isa wanted) {
  const auto effective = static_cast<unsigned>(dnnl::get_effective_cpu_isa()),
             bits = static_cast<unsigned>(wanted);
  return (effective & bits) == bits;
}

}  // namespace

bool exact_integer_products() {
  return runs(dnnl::cpu_isa::avx512_core_vnni) || runs(dnnl::cpu_isa::avx2_vnni);
}

int channel_block() {
  static const int block = runs(dnnl::cpu_isa::avx512_core) ? 16 : 8;
  return block;
}

struct Stream::Impl {
  dnnl::stream stream{engine()};
};
Stream::Stream() : impl_(std::make_unique<Impl>()) {}
Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;

struct Primitive::Impl {
  dnnl::primitive primitive;
  memory::desc src, dst, scratchpad;
  std::vector<std::pair<int, memory>> constants;  // Weights and bias.
};
Primitive::Primitive() = default;
Primitive::Primitive(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Primitive::~Primitive() = default;
Primitive::Primitive(Primitive&&) noexcept = default;
Primitive& Primitive::operator=(Primitive&&) noexcept = default;

std::size_t Primitive::scratchpad_size() const {
  return !impl_ ? 0 : (impl_->scratchpad.get_size() + sizeof(float) - 1) / sizeof(float);
}

struct Call::Impl {
  std::shared_ptr<const Primitive::Impl> primitive;
  std::vector<memory> memories;  // src first.
  std::vector<dnnl_exec_arg_t> args;
};
Call::Call() = default;
Call::Call(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Call::~Call() = default;
Call::Call(Call&&) noexcept = default;
Call& Call::operator=(Call&&) noexcept = default;

void Call::set_src(const void* src) {
  impl_->memories.front().set_data_handle(const_cast<void*>(src));
}

void Call::run(const Stream& stream) const {
  execute(impl_->primitive->primitive, stream.impl().stream, impl_->args);
}

Call Primitive::bind(const void* src, void* dst, void* scratchpad) const {
  auto call = std::make_unique<Call::Impl>();
  call->primitive = impl_;
  call->memories = {memory(impl_->src, engine(), const_cast<void*>(src)), memory(impl_->dst, engine(), dst),
                    memory(impl_->scratchpad, engine(), scratchpad)};
  std::vector<int> names = {DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD};
  for (const auto& [name, constant] : impl_->constants) {
    names.push_back(name);
    call->memories.push_back(constant);
  }
  for (std::size_t i = 0; i < names.size(); ++i) call->args.push_back({names[i], call->memories[i].get()});
  return Call(std::move(call));
}

struct Weights::Impl {
  std::span<const float> weights, bias;
  PackedCopies packed;
};
Weights::Weights(std::span<const float> weights, std::span<const float> bias)
    : impl_(std::make_unique<Impl>(Impl{weights, bias, {}})) {}
Weights::~Weights() = default;
Weights::Weights(Weights&&) noexcept = default;
Weights& Weights::operator=(Weights&&) noexcept = default;
void Weights::repack(const float* weights) {
  impl_->packed.repack(weights);
}

struct IntegerWeights::Impl {
  std::span<const int8_t> weights;
  PackedCopies packed;
};
IntegerWeights::IntegerWeights(std::span<const int8_t> weights)
    : impl_(std::make_unique<Impl>(Impl{weights, {}})) {}
IntegerWeights::~IntegerWeights() = default;
IntegerWeights::IntegerWeights(IntegerWeights&&) noexcept = default;
IntegerWeights& IntegerWeights::operator=(IntegerWeights&&) noexcept = default;

namespace {

struct WeightDescs {
  memory::desc plain, any, bias;
};

WeightDescs weight_descs(const ConvolutionSpec& spec, Type type, bool has_bias) {
  const int64_t k = spec.geometry.kernel;
  memory::dims dims = {spec.out.channels, spec.in.channels / spec.groups, k, k};
  WeightDescs descs;
  if (spec.groups == 1) {
    descs.plain = {dims, type, Tag::oihw};
  } else {
    dims.insert(dims.begin(), spec.groups);
    dims[1] /= spec.groups;
    descs.plain = {dims, type, Tag::goihw};
  }
  descs.any = {dims, type, Tag::any};
  if (has_bias) descs.bias = {{spec.out.channels}, Type::f32, Tag::a};
  return descs;
}

dnnl::convolution_forward::primitive_desc describe_convolution(const ConvolutionSpec& spec,
                                                               const WeightDescs& w, const memory::desc& src,
                                                               const memory::desc& dst,
                                                               const dnnl::primitive_attr& attr) {
  const Geometry& g = spec.geometry;
  const memory::dims strides = {g.stride, g.stride};
  const memory::dims before = {g.pad_top, g.pad_left}, after = {g.pad_bottom, g.pad_right};
  return describe<dnnl::convolution_forward>(attr, dnnl::prop_kind::forward_inference,
                                             dnnl::algorithm::convolution_direct, src, w.any, w.bias, dst,
                                             strides, before, after);
}

template <class PrimitiveDesc>
std::shared_ptr<Primitive::Impl> implementation(const PrimitiveDesc& pd, dnnl::primitive primitive) {
  auto impl = std::make_shared<Primitive::Impl>();
  impl->primitive = std::move(primitive);
  impl->src = pd.src_desc();
  impl->dst = pd.dst_desc();
  impl->scratchpad = pd.scratchpad_desc();
  return impl;
}

[[noreturn]] void refuse(const ConvolutionSpec& spec, const dnnl::error& error) {
  throw Error(fmt::format("layer '{}': oneDNN {} cannot make its convolution ({})", spec.name, version(),
                          error.what()));
}

}  // namespace

Primitive make_convolution(const ConvolutionSpec& spec, const Weights& weights, int threads) try {
  const ThreadScope scope(threads);
  Weights::Impl& w = weights.impl();
  const WeightDescs descs = weight_descs(spec, Type::f32, !w.bias.empty());
  const auto src = map_desc(spec.batch, spec.in, spec.plain_input ? Tag::nchw : blocked_tag());
  const auto dst = map_desc(spec.batch, spec.out, blocked_tag());
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
  const WeightDescs descs = weight_descs(spec, Type::s8, false);
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

namespace {

Primitive make_pool(dnnl::algorithm algorithm, const memory::desc& src, const memory::desc& dst,
                    const PoolWindow& window, int threads) {
  const ThreadScope scope(threads);
  const auto pd = describe_pool(algorithm, src, dst, window);
  return Primitive(implementation(pd, dnnl::pooling_forward(pd)));
}

PoolWindow window_of(const Geometry& g) {
  return {{g.kernel, g.kernel}, {g.stride, g.stride}, {g.pad_top, g.pad_left}, {g.pad_bottom, g.pad_right}};
}

}  // namespace

Primitive make_max_pool(int64_t batch, const MapShape& in, const MapShape& out, const Geometry& g,
                        int threads) {
  return make_pool(dnnl::algorithm::pooling_max, map_desc(batch, in, blocked_tag()),
                   map_desc(batch, out, blocked_tag()), window_of(g), threads);
}

Primitive make_integer_max_pool(int64_t batch, const MapShape& in, const MapShape& out, const Geometry& g,
                                int threads) {
  return make_pool(dnnl::algorithm::pooling_max, map_desc(batch, in, Tag::nhwc, Type::u8),
                   map_desc(batch, out, Tag::nhwc, Type::u8), window_of(g), threads);
}

Primitive make_global_average_pool(int64_t batch, const MapShape& in, int threads) {
  const PoolWindow window = {{in.height, in.width}, {1, 1}, {0, 0}, {0, 0}};
  return make_pool(dnnl::algorithm::pooling_avg_include_padding, map_desc(batch, in, blocked_tag()),
                   map_desc(batch, {in.channels, 1, 1}, blocked_tag()), window, threads);
}

}  // namespace dpac::onednn
