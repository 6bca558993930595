#include "engine/onednn/onednn.h"

#include <cassert>
#include <cmath>

#include <fmt/format.h>

#include "engine/onednn/onednn_impl.h"
#include "kernels/error.h"

namespace dpac::onednn {

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

Tag blocked_tag() {
  return channel_block() == 16 ? Tag::nChw16c : Tag::nChw8c;
}

Type type_of(Storage storage) {
  return storage == Storage::bfloat16 ? Type::bf16 : Type::f32;
}

memory::desc map_desc(int64_t batch, const MapShape& map, Tag tag, Type type) {
  return {{batch, map.channels, map.height, map.width}, type, tag};
}

dnnl::primitive_attr attributes(const PostOps& post_ops) {
  dnnl::post_ops chain;
  if (post_ops.add_to_dst) chain.append_sum(1.0f);
  const bool bounded = std::isfinite(post_ops.most);
  const auto algorithm = bounded ? dnnl::algorithm::eltwise_clip : dnnl::algorithm::eltwise_relu;
  const float most = bounded ? post_ops.most : 0.0f;
#if DNNL_VERSION_MAJOR >= 3
  if (post_ops.relu) chain.append_eltwise(algorithm, 0.0f, most);
#else
  if (post_ops.relu) chain.append_eltwise(1.0f, algorithm, 0.0f, most);
#endif
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  attr.set_post_ops(chain);
  return attr;
}

void execute(const dnnl::primitive& primitive, const dnnl::stream& stream,
             std::span<const dnnl_exec_arg_t> args) {
  const dnnl_status_t status =
      dnnl_primitive_execute(primitive.get(), stream.get(), static_cast<int>(args.size()), args.data());
  if (status != dnnl_success) throw Error(fmt::format("oneDNN {} failed to run a primitive", version()));
}

memory PackedCopies::pack(const void* weights, const memory::desc& plain_desc, const memory::desc& wanted) {
  for (const memory& copy : copies_) {
    if (copy.get_desc() == wanted) return copy;
  }
  plain_desc_ = plain_desc;
  memory copy(wanted, engine());
  Repacker(plain_desc, copy).run(weights, stream_);
  stream_.wait();
  copies_.push_back(copy);
  return copy;
}

void PackedCopies::repack(const void* weights) {
  while (repackers_.size() < copies_.size()) repackers_.emplace_back(plain_desc_, copies_[repackers_.size()]);
  for (Repacker& repacker : repackers_) repacker.run(weights, stream_);
  stream_.wait();
}

PackedCopies::Repacker::Repacker(const memory::desc& plain_desc, memory& copy)
    : plain_(plain_desc, engine(), nullptr),
      reorder_(plain_, copy),
      args_{dnnl_exec_arg_t{DNNL_ARG_FROM, plain_.get()}, dnnl_exec_arg_t{DNNL_ARG_TO, copy.get()}} {}

void PackedCopies::Repacker::run(const void* weights, const dnnl::stream& stream) {
  plain_.set_data_handle(const_cast<void*>(weights));
  execute(reorder_, stream, args_);
}

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

bool bfloat16_products() {
  return runs(dnnl::cpu_isa::avx512_core_bf16);
}

int channel_block() {
  static const int block = runs(dnnl::cpu_isa::avx512_core) ? 16 : 8;
  return block;
}

int64_t row_length(int64_t pixels) {
  constexpr int64_t kAliased = 512, kLine = 16;
  return pixels % kAliased == 0 ? pixels + kLine : pixels;
}

Stream::Stream() : impl_(std::make_unique<Impl>()) {}
Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;

Primitive::Primitive() = default;
Primitive::Primitive(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Primitive::~Primitive() = default;
Primitive::Primitive(Primitive&&) noexcept = default;
Primitive& Primitive::operator=(Primitive&&) noexcept = default;

namespace {

std::size_t floats_of(const memory::desc& desc) {
  return (desc.get_size() + sizeof(float) - 1) / sizeof(float);
}

}  // namespace

std::size_t Primitive::scratchpad_size() const {
  return !impl_ ? 0 : floats_of(impl_->scratchpad);
}

std::size_t Primitive::workspace_size() const {
  return !impl_ ? 0 : floats_of(impl_->workspace);
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
  const ThreadScope scope(impl_->primitive->threads);
  execute(impl_->primitive->primitive, stream.impl().stream, impl_->args);
}

Call Primitive::bind(const void* src, void* dst, void* scratchpad, void* workspace) const {
  assert(impl_ != nullptr && src != nullptr && dst != nullptr);
  assert(scratchpad != nullptr || scratchpad_size() == 0);
  assert(workspace != nullptr || workspace_size() == 0);
  auto call = std::make_unique<Call::Impl>();
  call->primitive = impl_;
  call->memories = {memory(impl_->src, engine(), const_cast<void*>(src)), memory(impl_->dst, engine(), dst),
                    memory(impl_->scratchpad, engine(), scratchpad)};
  std::vector<int> names = {impl_->src_name, impl_->dst_name, DNNL_ARG_SCRATCHPAD};
  if (workspace != nullptr) {
    names.push_back(DNNL_ARG_WORKSPACE);
    call->memories.emplace_back(impl_->workspace, engine(), workspace);
  }
  for (const auto& [name, constant] : impl_->constants) {
    names.push_back(name);
    call->memories.push_back(constant);
  }
  for (std::size_t i = 0; i < names.size(); ++i) call->args.push_back({names[i], call->memories[i].get()});
  return Call(std::move(call));
}

Weights::Weights(std::span<const float> weights, std::span<const float> bias)
    : impl_(std::make_unique<Impl>(Impl{weights, bias, {}})) {}
Weights::~Weights() = default;
Weights::Weights(Weights&&) noexcept = default;
Weights& Weights::operator=(Weights&&) noexcept = default;
void Weights::repack(const float* weights) {
  impl_->packed.repack(weights);
}

IntegerWeights::IntegerWeights(std::span<const int8_t> weights)
    : impl_(std::make_unique<Impl>(Impl{weights, {}})) {}
IntegerWeights::~IntegerWeights() = default;
IntegerWeights::IntegerWeights(IntegerWeights&&) noexcept = default;
IntegerWeights& IntegerWeights::operator=(IntegerWeights&&) noexcept = default;

}  // namespace dpac::onednn
