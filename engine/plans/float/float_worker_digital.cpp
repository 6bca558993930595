// Digital operations of a float plan, and what becomes of values: quantisers, sums of squares, logits.

#include "engine/plans/float/float_worker.h"
#include "engine/plans/token_ops.h"
#include "kernels/layer_norm.h"
#include "kernels/patch_norm.h"

namespace dpac {
namespace {

/// src is plain, [channels, pixels].
void to_blocked(const BlockedMap& map, const float* src, float* dst) {
  for (int64_t c = 0; c < map.padded_channels(); ++c) {
    float* lane = dst + c / map.block * map.pixels * map.block + c % map.block;
    for (int64_t p = 0; p < map.pixels; ++p) {
      lane[p * map.block] = c < map.channels ? src[c * map.pixels + p] : 0.0f;
    }
  }
}

}  // namespace

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

void FloatWorker::run_embedding(const EmbeddingOp& op, const RunInput& input) const {
  const BlockedMap map = plan_.map(0);
  for (const PlacedSequence& s : input.sequences) embed(op, map, s.tokens, s.first, value(0));
}

void FloatWorker::run_layer_norm(std::size_t n, const LayerNormOp& op, const RunInput& input) const {
  const FloatPlan::Step& step = plan_.step(n);
  const BlockedMap map = plan_.map(n);
  int64_t used = map.pixels;
  if (text()) used = input.sequences.back().first + input.sequences.back().tokens.length();
  const int threads = plan_.options().threads;
  for (int64_t m = 0; m < maps(); ++m) {
    LayerNorm norm{.map = map,
                   .gamma = op.gamma.data(),
                   .beta = op.beta.data(),
                   .epsilon = op.epsilon,
                   .quantizer = step.quantizers.output.value_or(Quantizer{}),
                   .passes = bits(step.tape.passes, m, map)};
    if (step.tape.normalised) norm.normalised = workspace_.tape() + *step.tape.normalised + m * map.size();
    if (step.tape.inverse_deviation) {
      norm.inverse_deviation = workspace_.tape() + *step.tape.inverse_deviation + m * map.pixels;
    }
    float* sums = step.sums ? at(*step.sums) + m * map.pixels : nullptr;
    const float* src = value(node(n).input()) + m * map.size();
    float* dst = at(step.value) + m * map.size();
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
    for (int t = 0; t < threads; ++t) {
      layer_norm(norm, used * t / threads, used * (t + 1) / threads, src, dst, sums);
    }
  }
}

void FloatWorker::run_token_pool(std::size_t n, const TokenPoolOp& op, const RunInput& input) const {
  const BlockedMap in = input_map(n), out = plan_.map(n);
  for (std::size_t s = 0; s < input.sequences.size(); ++s) {
    const PlacedSequence& sequence = input.sequences[s];
    pool_tokens(op.kind, in, value(node(n).input()), sequence.first, sequence.tokens.real, out,
                static_cast<int64_t>(s), at(plan_.step(n).value));
  }
}

void FloatWorker::run_digital_op(std::size_t n) const {
  const FloatPlan::Step& step = plan_.step(n);
  float* tape = step.tape.digital ? workspace_.tape() + *step.tape.digital : nullptr;
  run_digital(node(n).op, {*step.digital, digital_inputs_[n].data(), at(step.value), tape},
              plan_.options().threads);
}

void FloatWorker::run_image_layout(std::size_t n, const RunInput& input) const {
  const BlockedMap map = plan_.map(n);
  const float* images = plan_.step(0).quantizers.output ? value(0) : input.images;
  for (int64_t s = 0; s < maps(); ++s) {
    to_blocked(map, images + s * map.channels * map.pixels, at(plan_.step(n).value) + s * map.size());
  }
}

void FloatWorker::quantize_input(const Quantizer& quantizer, const RunInput& input) const {
  quantize_values(quantizer, maps() * node(0).shape().channels * node(0).shape().pixels(), input.images,
                  value(0));
}

void FloatWorker::quantize_value(std::size_t n, const Quantizer& quantizer) const {
  float* values = at(plan_.step(n).value);
  const BlockedMap map = plan_.map(n);
  if (uint8_t* passes = bits(plan_.step(n).tape.passes, 0, map)) {
    mark_inside(quantizer, maps() * map.size(), values, passes);
  }
  quantize_values(quantizer, maps() * map.size(), values, values);
  for (int64_t s = 0; s < maps(); ++s) clear_padding(map, values + s * map.size());
}

void FloatWorker::sum_squares_of(std::size_t n, const RunInput& input) const {
  const FusedNode& node = this->node(n);
  const BlockedMap map = plan_.map(n);
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
  const std::size_t last = plan_.graph().nodes.size() - 1;
  const BlockedMap map = plan_.map(last);
  const float* values = at(plan_.step(last).value);
  for (std::size_t s = 0; s < plan_.samples_of(input.sequences); ++s) {
    const SamplePart part = part_of(last, s, input);
    for (int64_t c = 0; c < map.channels; ++c) {
      const int64_t pixel = (c / map.block) * map.pixels + part.first;
      logits[part.position * map.channels + c] =
          values[part.map * map.size() + pixel * map.block + c % map.block];
    }
  }
}

}  // namespace dpac
