#include "engine/plans/float/float_worker.h"

#include <omp.h>

#include "engine/graph/fused_graph.h"
#include "engine/ops/attention/attention_view.h"
#include "engine/plans/float/planned_attention.h"
#include "kernels/group_patch_norm.h"
#include "kernels/patch_norm.h"

namespace dpac {

FloatWorker::FloatWorker(const FloatPlan& plan, const Workspace& workspace)
    : plan_(plan), workspace_(workspace), runs_(static_cast<std::size_t>(plan.options().threads)) {
  for (std::size_t n = 0; n < plan.graph().nodes.size(); ++n) {
    products_.push_back(bind(n));
    const FloatPlan::Step& step = plan.step(n);
    if (!step.companion) {
      companions_.emplace_back();
    } else {
      float* dst = step.tape.noise ? workspace_.tape() + *step.tape.noise : at(step.companion_value);
      companions_.push_back(step.companion.bind(value(node(n).input()).data, dst, workspace_.scratchpad()));
    }
    digital_inputs_.emplace_back();
    if (!step.digital) continue;
    for (std::size_t i = 0; i < step.float_reads.size(); ++i)
      digital_inputs_.back().push_back(float_input(n, i));
  }
}

FloatWorker::Product FloatWorker::bind(std::size_t n) const {
  const FloatPlan::Step& step = plan_.step(n);
  float* dst = at(step.product);
  const int from = node(n).input();
  if (step.winograd)
    return Winograd::Call(*step.winograd, value(from).floats(), dst, workspace_.scratchpad());
  float* noted = step.tape.workspace ? workspace_.tape() + *step.tape.workspace : nullptr;
  if (step.primitive) return step.primitive.bind(value(from).data, dst, workspace_.scratchpad(), noted);
  return {};
}

void FloatWorker::run(const RunInput& input, const LogitsOutput& output) {
  // A fused plan keeps nothing that a second point could start from, not even embeddings.
  const bool keeps = plan_.options().own_epilogue;
  const std::size_t shared = keeps ? plan_.first_analog() : 0;
  for (std::size_t n = 0; n < shared; ++n) {
    compute(n, input);
    finish_digital(n, input);
  }
  if (keeps) compute(shared, input);
  for (std::size_t p = 0; const NoisePoint& point : input.points) {
    if (!keeps) compute(shared, input);
    finish(shared, point, input);
    for (std::size_t n = shared + 1; n < plan_.graph().nodes.size(); ++n) {
      compute(n, input);
      finish(n, point, input);
    }
    copy_logits(output.logits + p++ * output.point_stride, input);
  }
}

const void* FloatWorker::input_value(const FusedNode& node, const RunInput& input) const {
  return node.input() == 0 && plan_.keeps_images() ? input.images : value(node.input()).data;
}

void FloatWorker::compute(std::size_t n, const RunInput& input) {
  call(input.poll);
  const FusedNode& node = this->node(n);
  if (plan_.step(n).copies_residual)
    std::copy_n(value(node.residual).floats(),
                floats_for(plan_.step(n).storage, maps() * plan_.map(n).size()), at(plan_.step(n).product));
  if (auto* winograd = std::get_if<Winograd::Call>(&products_[n])) {
    winograd->run(stream_);
  } else if (auto* call = std::get_if<onednn::Call>(&products_[n])) {
    if (node.input() == 0) call->set_src(input_value(node, input));
    call->run(stream_);
  } else if (plan_.step(n).digital) {
    run_digital_op(n, input);
  }
}

void FloatWorker::finish(std::size_t n, const NoisePoint& point, const RunInput& input) {
  const FusedNode& node = this->node(n);
  if (has_weights(node)) {
    if (plan_.options().own_epilogue || is_smooth(node.activation)) finish_product(n, point, input);
  } else if (std::holds_alternative<AttentionContextOp>(node.op)) {
    finish_attention(n, point, input);
  } else if (!is_analog(node)) {
    finish_digital(n, input);
  }
}

std::span<const PixelRun> FloatWorker::runs_of(const SamplePart& part) {
  const auto threads = static_cast<int64_t>(runs_.size());
  for (int64_t t = 0; t < threads; ++t) {
    runs_[static_cast<std::size_t>(t)] = {part.first + part.count * t / threads,
                                          part.first + part.count * (t + 1) / threads, 0};
  }
  return runs_;
}

AnalogEpilogue FloatWorker::epilogue_of(std::size_t n, const SamplePart& part, const NoisePoint& point,
                                        const RunInput& input) {
  const FusedNode& node = this->node(n);
  const FloatPlan::Step& step = plan_.step(n);
  const auto layer = static_cast<std::size_t>(step.layer);
  AnalogEpilogue epilogue{.map = plan_.map(n),
                          .runs = text() ? runs_of(part) : input.noise->layers[layer].runs(),
                          .activation = node.activation,
                          .quantizer = step.quantizers.output.value_or(Quantizer{}),
                          .relu_after_residual = node.relu_after_residual,
                          .result_quantizer = step.quantizers.result.value_or(Quantizer{})};
  if (text()) epilogue.elements = {-part.first, part.count};
  if (point.gains != nullptr && (*point.gains)[layer].outputs.size() != 0) {
    const LayerGains& gains = (*point.gains)[layer];
    epilogue.gains = gains.outputs.data();
    epilogue.floors = gains.floors.size() == 0 ? nullptr : gains.floors.data();
    epilogue.repeats = gains.repeats.empty() ? nullptr : gains.repeats.data();
  }
  if (plan_.options().patch_norms) {
    (groups_of(node) == 1 ? epilogue.scales : epilogue.element_scales) = norms_of_patches(n, part, input);
  }
  if (node.residual != kNone)
    epilogue.residual = value(node.residual).from(part.map * epilogue.map.size()).data;
  epilogue.passes = bits(step.tape.passes, part.map, epilogue.map);
  epilogue.sum_passes = bits(step.tape.sum_passes, part.map, epilogue.map);
  if (step.tape.slopes)
    epilogue.slopes = workspace_.tape() + *step.tape.slopes + part.map * epilogue.map.size();
  return epilogue;
}

uint8_t* FloatWorker::bits(std::optional<std::size_t> offset, int64_t map_index,
                           const BlockedMap& map) const {
  if (!offset) return nullptr;
  return reinterpret_cast<uint8_t*>(workspace_.tape() + *offset) + map_index * map.size() / 8;
}

const float* FloatWorker::norms_of_patches(std::size_t n, const SamplePart& part,
                                           const RunInput& input) const {
  const FusedNode& node = this->node(n);
  const auto from = static_cast<std::size_t>(node.input());
  if (groups_of(node) != 1) return norms_in_groups(n, part, input);
  const int64_t pixels = plan_.map(n).pixels;
  const float* sums = at(*plan_.step(from).sums) + part.map * plan_.map(from).pixels + part.first;
  const auto& kept = plan_.step(n).tape.norms;
  float* norms = kept ? workspace_.tape() + *kept + part.map * pixels : workspace_.norms();
  const PatchWindow window =
      text() ? PatchWindow{.height = part.count, .out_height = part.count}
             : input.noise->layers[static_cast<std::size_t>(plan_.step(n).layer)].window();
  patch_norms(window, sums, workspace_.norms() + pixels, norms + part.first);
  return norms;
}

const float* FloatWorker::norms_in_groups(std::size_t n, const SamplePart& part,
                                          const RunInput& input) const {
  const BlockedMap in = input_map(n), out = plan_.map(n);
  const GroupWindow groups{input.noise->layers[static_cast<std::size_t>(plan_.step(n).layer)].window(), in,
                           out, groups_of(node(n))};
  const auto& kept = plan_.step(n).tape.norms;
  float* norms = kept ? workspace_.tape() + *kept + part.map * out.size() : workspace_.norms();
  if (part.map == 0) widen_inputs(n);
  const float* src = float_input(n, 0) + part.map * in.size();
  float* scratch = workspace_.norms() + out.size();
  const int threads = plan_.options().threads;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int t = 0; t < threads; ++t) {
    const int64_t parts = groups.parts();
    group_patch_norms(groups, parts * t / threads, parts * (t + 1) / threads, src,
                      scratch + t * groups.scratch_size(), norms);
  }
  return norms;
}

void FloatWorker::finish_product(std::size_t n, const NoisePoint& point, const RunInput& input) {
  const FloatPlan::Step& step = plan_.step(n);
  if (input.observer != nullptr || step.tape.noise) compute_companion(n, input);
  for (std::size_t s = 0; s < plan_.samples_of(input.sequences); ++s) {
    const SamplePart part = part_of(n, s, input);
    const AnalogEpilogue epilogue = epilogue_of(n, part, point, input);
    const NoiseKey key{.seed = point.seed,
                       .step = point.step,
                       .layer = static_cast<uint16_t>(step.layer),
                       .sample = static_cast<uint32_t>(part.sample)};
    if (input.observer != nullptr) show_product(n, part, point, epilogue, key, input);
    const int64_t offset = part.map * epilogue.map.size();
    float* sums = step.sums ? at(*step.sums) + part.map * epilogue.map.pixels : nullptr;
    run_epilogue(epilogue, key, product(n).from(offset), value(n).from(offset), sums);
  }
  if (input.observer != nullptr) show_values(n, input);
}

void FloatWorker::finish_attention(std::size_t n, const NoisePoint& point, const RunInput& input) {
  const FloatPlan::Step& step = plan_.step(n);
  const int threads = plan_.options().threads;
  widen_inputs(n);
  float* taped = step.tape.heads ? workspace_.tape() + *step.tape.heads : nullptr;
  for (const PlacedSequence& sequence : input.sequences) {
    Attention attention = planned_attention(plan_, n, sequence, point);
    attention.query = float_input(n, 0);
    attention.key = float_input(n, 1);
    attention.value = float_input(n, 2);
    attention.result = float_value(n);
    attention.observed = input.observer != nullptr;
    const std::size_t size = HeadLayout(attention.shape).size;
    const auto heads = static_cast<std::size_t>(attention.shape.heads);
    AlignedFloats seen(attention.observed ? heads * size : 0);
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
    for (std::size_t h = 0; h < heads; ++h) {
      float* buffer = workspace_.heads() + static_cast<std::size_t>(omp_get_thread_num()) * size;
      if (taped != nullptr) buffer = taped + h * size;
      if (attention.observed) buffer = seen.data() + h * size;
      run_head(attention, static_cast<int64_t>(h), buffer);
    }
    if (taped != nullptr) taped += heads * size;
    if (attention.observed)
      show_attention(attention, seen.data(), {node(n).input(), step.layer - 1}, *input.observer);
  }
  clear_padding(plan_.map(n), float_value(n));  // Heads write their own channels only.
  store_wide(n);
  if (step.sums) sum_squares_of(n, input);
  if (input.observer != nullptr) show_values(n, input);
}

void FloatWorker::compute_companion(std::size_t n, const RunInput& input) {
  if (!plan_.step(n).companion) return;
  if (node(n).input() == 0) companions_[n].set_src(input_value(node(n), input));
  companions_[n].run(stream_);
}

void FloatWorker::run_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, StoredValues src,
                               StoredValues dst, float* sums) const {
  const int threads = plan_.options().threads;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int t = 0; t < threads; ++t) {
    AnalogEpilogue part = epilogue;
    part.runs = share(epilogue.runs, t, threads);
    if (dst.storage == Storage::bfloat16) {
      run_analog_epilogue(part, key, src.halves(), dst.halves(), sums);
    } else {
      run_analog_epilogue(part, key, src.floats(), dst.floats(), sums);
    }
  }
}

}  // namespace dpac
