// Digital operations of a float plan, and what becomes of values: quantisers, sums of squares, logits.

#include "engine/float_worker.h"
#include "engine/token_ops.h"
#include "kernels/layer_norm.h"
#include "kernels/patch_norm.h"
#include "kernels/subsample.h"

namespace dpac {

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
  const BlockedMap in = input_map(n), out = plan_.map(n);
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
  const BlockedMap map = plan_.map(n);
  if (uint8_t* passes = bits(plan_.step(n).tape.passes, 0, map)) {
    mark_inside(quantizer, maps() * map.size(), values, passes);
  }
  quantize_values(quantizer, maps() * map.size(), values, values);
  for (int64_t s = 0; s < maps(); ++s) clear_padding(map, values + s * map.size());
}

void FloatWorker::sum_squares_of(std::size_t n, const RunInput& input) const {
  const Node& node = this->node(n);
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
