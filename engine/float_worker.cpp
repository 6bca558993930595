#include "engine/float_worker.h"

#include <omp.h>

#include "engine/attention_view.h"
#include "engine/planned_attention.h"
#include "engine/token_ops.h"
#include "kernels/layer_norm.h"
#include "kernels/patch_norm.h"
#include "kernels/subsample.h"

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
      companions_.push_back(step.companion.bind(value(node(n).input), dst, workspace_.scratchpad()));
    }
  }
}

FloatWorker::Product FloatWorker::bind(std::size_t n) const {
  const FloatPlan::Step& step = plan_.step(n);
  float* dst = at(step.product);
  const int from = node(n).input;
  if (step.winograd) return Winograd::Call(*step.winograd, value(from), dst, workspace_.scratchpad());
  float* noted = step.tape.workspace ? workspace_.tape() + *step.tape.workspace : nullptr;
  if (step.primitive) return step.primitive.bind(value(from), dst, workspace_.scratchpad(), noted);
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

const float* FloatWorker::input_value(const Node& node, const RunInput& input) const {
  const bool images = node.input == 0 && !text() && !plan_.step(0).quantizers.output;
  return images ? input.images : value(node.input);
}

std::size_t FloatWorker::parts(const RunInput& input) const {
  return text() ? input.sequences.size() : static_cast<std::size_t>(plan_.options().samples);
}

FloatWorker::Part FloatWorker::part_of(const Node& node, std::size_t s, const RunInput& input) const {
  const auto position = static_cast<int64_t>(s);
  if (!text()) return {input.samples[s], position, 0, node.shape.pixels()};
  const PlacedSequence& sequence = input.sequences[s];
  if (!is_per_token(plan_.graph(), node)) return {sequence.sample, 0, position, 1};
  return {sequence.sample, 0, sequence.first, sequence.tokens.length()};
}

void FloatWorker::compute(std::size_t n, const RunInput& input) {
  const Node& node = this->node(n);
  if (auto* winograd = std::get_if<Winograd::Call>(&products_[n])) {
    winograd->run(stream_);
  } else if (auto* call = std::get_if<onednn::Call>(&products_[n])) {
    if (node.input == 0) call->set_src(input_value(node, input));
    call->run(stream_);
  } else if (const auto* embedding = std::get_if<EmbeddingOp>(&node.op)) {
    run_embedding(*embedding, input);
  } else if (const auto* norm = std::get_if<LayerNormOp>(&node.op)) {
    run_layer_norm(n, *norm, input);
  } else if (const auto* pool = std::get_if<TokenPoolOp>(&node.op)) {
    run_token_pool(n, *pool, input);
  } else if (const auto* shortcut = std::get_if<SubsampleOp>(&node.op)) {
    run_subsample(n, *shortcut);
  }
}

void FloatWorker::finish(std::size_t n, const NoisePoint& point, const RunInput& input) {
  const Node& node = this->node(n);
  if (has_weights(node)) {
    if (plan_.options().own_epilogue || is_smooth(node.activation)) finish_product(n, point, input);
  } else if (std::holds_alternative<AttentionContextOp>(node.op)) {
    finish_attention(n, point, input);
  } else if (!is_analog(node)) {
    finish_digital(n, input);
  }
}

void FloatWorker::finish_digital(std::size_t n, const RunInput& input) {
  const FloatPlan::Step& step = plan_.step(n);
  if (!std::holds_alternative<LayerNormOp>(node(n).op)) {
    if (const auto& quantizer = step.quantizers.output) {
      if (std::holds_alternative<InputOp>(node(n).op)) quantize_input(*quantizer, input);
      if (!std::holds_alternative<InputOp>(node(n).op)) quantize_value(n, *quantizer);
    }
    if (step.sums) sum_squares_of(n, input);
  }
  if (input.observer != nullptr) show_values(n, input);
}

std::span<const PixelRun> FloatWorker::runs_of(const Part& part) {
  const auto threads = static_cast<int64_t>(runs_.size());
  for (int64_t t = 0; t < threads; ++t) {
    runs_[static_cast<std::size_t>(t)] = {part.first + part.count * t / threads,
                                          part.first + part.count * (t + 1) / threads, 0};
  }
  return runs_;
}

AnalogEpilogue FloatWorker::epilogue_of(std::size_t n, const Part& part, const NoisePoint& point,
                                        const RunInput& input) {
  const Node& node = this->node(n);
  const FloatPlan::Step& step = plan_.step(n);
  const auto layer = static_cast<std::size_t>(step.layer);
  AnalogEpilogue epilogue{.map = plan_.map(node),
                          .runs = text() ? runs_of(part) : input.noise->layers[layer].runs(),
                          .activation = node.activation,
                          .quantizer = step.quantizers.output.value_or(Quantizer{}),
                          .relu_after_residual = node.relu_after_residual,
                          .result_quantizer = step.quantizers.result.value_or(Quantizer{})};
  if (text()) epilogue.elements = {-part.first, part.count};
  if (point.gains != nullptr && input.noise->kind != NoiseKind::weight) {
    const LayerGains& gains = (*point.gains)[layer];
    epilogue.gains = gains.gains.data();
    epilogue.repeats = gains.repeats.empty() ? nullptr : gains.repeats.data();
  }
  if (plan_.options().patch_norms) epilogue.scales = norms_of_patches(n, part, input);
  if (node.residual != kNone) epilogue.residual = value(node.residual) + part.map * epilogue.map.size();
  epilogue.passes = bits(step.tape.passes, part.map, epilogue.map);
  epilogue.sum_passes = bits(step.tape.sum_passes, part.map, epilogue.map);
  if (step.tape.slopes) epilogue.slopes = workspace_.tape() + *step.tape.slopes;
  return epilogue;
}

uint8_t* FloatWorker::bits(std::optional<std::size_t> offset, int64_t map_index,
                           const BlockedMap& map) const {
  if (!offset) return nullptr;
  return reinterpret_cast<uint8_t*>(workspace_.tape() + *offset) + map_index * map.size() / 8;
}

const float* FloatWorker::norms_of_patches(std::size_t n, const Part& part, const RunInput& input) const {
  const Node& node = this->node(n);
  const auto from = static_cast<std::size_t>(node.input);
  const int64_t pixels = plan_.map(node).pixels;
  const float* sums = at(*plan_.step(from).sums) + part.map * plan_.map(this->node(from)).pixels + part.first;
  const auto& kept = plan_.step(n).tape.norms;
  float* norms = kept ? workspace_.tape() + *kept + part.map * pixels : workspace_.norms();
  const PatchWindow window =
      text() ? PatchWindow{.height = part.count, .out_height = part.count}
             : input.noise->layers[static_cast<std::size_t>(plan_.step(n).layer)].window();
  patch_norms(window, sums, workspace_.norms() + pixels, norms + part.first);
  return norms;
}

void FloatWorker::finish_product(std::size_t n, const NoisePoint& point, const RunInput& input) {
  const FloatPlan::Step& step = plan_.step(n);
  if (input.observer != nullptr || step.tape.noise) compute_companion(n, input);
  for (std::size_t s = 0; s < parts(input); ++s) {
    const Part part = part_of(node(n), s, input);
    const AnalogEpilogue epilogue = epilogue_of(n, part, point, input);
    const NoiseKey key{.seed = point.seed,
                       .step = point.step,
                       .layer = static_cast<uint16_t>(step.layer),
                       .sample = static_cast<uint32_t>(part.sample)};
    if (input.observer != nullptr) show_product(n, part, point, epilogue, key, input);
    const int64_t offset = part.map * epilogue.map.size();
    float* sums = step.sums ? at(*step.sums) + part.map * epilogue.map.pixels : nullptr;
    run_epilogue(epilogue, key, at(step.product) + offset, at(step.value) + offset, sums);
  }
  if (input.observer != nullptr) show_values(n, input);
}

void FloatWorker::finish_attention(std::size_t n, const NoisePoint& point, const RunInput& input) {
  const FloatPlan::Step& step = plan_.step(n);
  const Node& scores = node(node(n).input);
  const int threads = plan_.options().threads;
  float* taped = step.tape.heads ? workspace_.tape() + *step.tape.heads : nullptr;
  for (const PlacedSequence& sequence : input.sequences) {
    Attention attention = planned_attention(plan_, n, sequence, point, input.noise->kind);
    attention.query = value(scores.input);
    attention.key = value(scores.second);
    attention.value = value(node(n).second);
    attention.result = at(step.value);
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
      show_attention(attention, seen.data(), {node(n).input, step.layer - 1}, *input.observer);
  }
  clear_padding(plan_.map(node(n)), at(step.value));  // Heads write their own channels only.
  if (step.sums) sum_squares_of(n, input);
  if (input.observer != nullptr) show_values(n, input);
}

void FloatWorker::compute_companion(std::size_t n, const RunInput& input) {
  if (!plan_.step(n).companion) return;
  if (node(n).input == 0) companions_[n].set_src(input_value(node(n), input));
  companions_[n].run(stream_);
}

void FloatWorker::show_product(std::size_t n, const Part& part, const NoisePoint& point,
                               const AnalogEpilogue& epilogue, const NoiseKey& key,
                               const RunInput& input) const {
  const Node& from = node(node(n).input);
  const FloatPlan::Step& step = plan_.step(n);
  const bool plain = node(n).input == 0 && !text();
  const BlockedMap in = plan_.map(from);
  const int64_t input_size = plain ? from.shape.channels * from.shape.pixels() : in.size();
  const float* product = at(step.product) + part.map * epilogue.map.size();
  AnalogView view{.layer = step.layer,
                  .sample = part.sample,
                  .input = input_value(node(n), input) + part.map * input_size,
                  .plain_input = plain,
                  .input_map = in,
                  .window = input.noise->layers[static_cast<std::size_t>(step.layer)].window(),
                  .pre_activation = product,
                  .epilogue = epilogue,
                  .key = key};
  if (step.companion) {
    view.pre_activation = at(step.companion_value) + part.map * epilogue.map.size();
    view.noisy_product = product;
    view.weight_gains = &(*point.gains)[static_cast<std::size_t>(step.layer)];
  }
  if (!text()) return input.observer->analog(view);
  show_alone(view, part.first, part.count, *input.observer);
}

void FloatWorker::show_values(std::size_t n, const RunInput& input) const {
  const Node& node = this->node(n);
  const bool plain = std::holds_alternative<InputOp>(node.op);
  const BlockedMap map = plan_.map(node);
  const int64_t size = plain ? node.shape.channels * node.shape.pixels() : map.size();
  const float* values = plain && !plan_.step(0).quantizers.output ? input.images : at(plan_.step(n).value);
  for (std::size_t s = 0; s < parts(input); ++s) {
    const Part part = part_of(node, s, input);
    const ValueView view{static_cast<int>(n), part.sample, values + part.map * size, plain, map};
    if (text()) show_alone(view, part.first, part.count, *input.observer);
    if (!text()) input.observer->value(view);
  }
}

void FloatWorker::run_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const float* src,
                               float* dst, float* sums) const {
  const int threads = plan_.options().threads;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int t = 0; t < threads; ++t) {
    AnalogEpilogue part = epilogue;
    part.runs = share(epilogue.runs, t, threads);
    run_analog_epilogue(part, key, src, dst, sums);
  }
}

void FloatWorker::run_embedding(const EmbeddingOp& op, const RunInput& input) const {
  const BlockedMap map = plan_.map(node(0));
  for (const PlacedSequence& s : input.sequences) embed(op, map, s.tokens, s.first, value(0));
}

void FloatWorker::run_layer_norm(std::size_t n, const LayerNormOp& op, const RunInput& input) const {
  const FloatPlan::Step& step = plan_.step(n);
  const BlockedMap map = plan_.map(node(n));
  LayerNorm norm{.map = map,
                 .gamma = op.gamma.data(),
                 .beta = op.beta.data(),
                 .epsilon = op.epsilon,
                 .quantizer = step.quantizers.output.value_or(Quantizer{}),
                 .passes = bits(step.tape.passes, 0, map)};
  if (step.tape.normalised) norm.normalised = workspace_.tape() + *step.tape.normalised;
  if (step.tape.inverse_deviation) norm.inverse_deviation = workspace_.tape() + *step.tape.inverse_deviation;
  float* sums = step.sums ? at(*step.sums) : nullptr;
  const PlacedSequence& last = input.sequences.back();
  const int64_t used = last.first + last.tokens.length();
  const int threads = plan_.options().threads;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int t = 0; t < threads; ++t) {
    layer_norm(norm, used * t / threads, used * (t + 1) / threads, value(node(n).input), at(step.value),
               sums);
  }
}

void FloatWorker::run_token_pool(std::size_t n, const TokenPoolOp& op, const RunInput& input) const {
  const BlockedMap in = plan_.map(node(node(n).input)), out = plan_.map(node(n));
  for (std::size_t s = 0; s < input.sequences.size(); ++s) {
    const PlacedSequence& sequence = input.sequences[s];
    pool_tokens(op.kind, in, value(node(n).input), sequence.first, sequence.tokens.real, out,
                static_cast<int64_t>(s), at(plan_.step(n).value));
  }
}

void FloatWorker::run_subsample(std::size_t n, const SubsampleOp& op) const {
  const Node &own = node(n), &from = node(own.input);
  const Subsample shortcut{blocked_map(from), blocked_map(own), from.shape.width,
                           own.shape.width,   op.stride,        op.channels_before};
  for (int64_t s = 0; s < maps(); ++s) {
    subsample(shortcut, value(own.input) + s * shortcut.in.size(),
              at(plan_.step(n).value) + s * shortcut.out.size());
  }
}

void FloatWorker::quantize_input(const Quantizer& quantizer, const RunInput& input) const {
  quantize_values(quantizer, maps() * node(0).shape.channels * node(0).shape.pixels(), input.images,
                  value(0));
}

void FloatWorker::quantize_value(std::size_t n, const Quantizer& quantizer) const {
  float* values = at(plan_.step(n).value);
  const BlockedMap map = plan_.map(node(n));
  if (uint8_t* passes = bits(plan_.step(n).tape.passes, 0, map)) {
    mark_inside(quantizer, maps() * map.size(), values, passes);
  }
  quantize_values(quantizer, maps() * map.size(), values, values);
  for (int64_t s = 0; s < maps(); ++s) clear_padding(map, values + s * map.size());
}

void FloatWorker::sum_squares_of(std::size_t n, const RunInput& input) const {
  const Node& node = this->node(n);
  const BlockedMap map = plan_.map(node);
  float* sums = at(*plan_.step(n).sums);
  for (int64_t s = 0; s < maps(); ++s) {
    if (std::holds_alternative<InputOp>(node.op)) {
      const float* images = plan_.step(0).quantizers.output ? value(0) : input.images;
      sum_squares_plain(map.channels, map.pixels, images + s * map.channels * map.pixels,
                        sums + s * map.pixels);
    } else {
      sum_squares(map, at(plan_.step(n).value) + s * map.size(), sums + s * map.pixels);
    }
  }
}

void FloatWorker::copy_logits(float* logits, const RunInput& input) const {
  const Node& last = plan_.graph().nodes.back();
  const BlockedMap map = plan_.map(last);
  const float* values = value(static_cast<int>(plan_.graph().nodes.size()) - 1);
  for (std::size_t s = 0; s < parts(input); ++s) {
    const int64_t position = text() ? input.sequences[s].position : static_cast<int64_t>(s);
    const Part part = part_of(last, s, input);
    for (int64_t c = 0; c < map.channels; ++c) {
      const int64_t pixel = (c / map.block) * map.pixels + part.first;
      logits[position * map.channels + c] = values[part.map * map.size() + pixel * map.block + c % map.block];
    }
  }
}

}  // namespace dpac
