// Digital operations of a float plan, and what becomes of values: quantisers, sums of squares, logits.

#include "engine/graph/fused_graph.h"
#include "engine/ops/digital.h"
#include "engine/plans/float/float_worker.h"
#include "kernels/patch_norm.h"

namespace dpac {

void FloatWorker::run_digital_op(std::size_t n, const RunInput& input) {
  const FloatPlan::Step& step = plan_.step(n);
  if (node(n).input() == 0 && plan_.keeps_images()) digital_inputs_[n].front() = input.images;
  widen_inputs(n);
  DigitalRun run{*step.digital, digital_inputs_[n].data(), float_value(n), nullptr, input.sequences};
  if (step.tape.digital) run.tape = workspace_.tape() + *step.tape.digital;
  if (finishes(node(n))) {
    run.finish = {.quantizer = step.quantizers.output.value_or(Quantizer{}),
                  .passes = bits(step.tape.passes, 0, plan_.map(n)),
                  .sums = step.sums && !step.wide_value ? at(*step.sums) : nullptr};
  }
  run_digital(node(n), run, plan_.options().threads);
}

void FloatWorker::finish_digital(std::size_t n, const RunInput& input) {
  const FloatPlan::Step& step = plan_.step(n);
  const bool finished = finishes(node(n));
  if (!step.digital) {
    store_images(input);
  } else {
    if (step.quantizers.output && !finished) quantize_value(n, *step.quantizers.output);
    store_wide(n);
  }
  // Norms are those of what is stored.
  if (step.sums && (!finished || step.wide_value)) sum_squares_of(n, input);
  if (input.observer != nullptr) show_values(n, input);
}

const float* FloatWorker::float_input(std::size_t n, std::size_t i) const {
  const FloatRead& read = plan_.step(n).float_reads[i];
  return read.copy ? at(*read.copy) : value(read.node).floats();
}

float* FloatWorker::float_value(std::size_t n) const {
  const auto& wide = plan_.step(n).wide_value;
  return wide ? at(*wide) : value(n).floats();
}

void FloatWorker::widen_inputs(std::size_t n) const {
  for (const FloatRead& read : plan_.step(n).float_reads) {
    if (!read.copy) continue;
    const int64_t values = maps() * plan_.values_per_map(static_cast<std::size_t>(read.node));
    widen(values, value(read.node).halves(), at(*read.copy));
  }
}

void FloatWorker::store_wide(std::size_t n) const {
  const auto& wide = plan_.step(n).wide_value;
  if (wide) narrow(maps() * plan_.values_per_map(n), at(*wide), value(n).halves());
}

void FloatWorker::store_images(const RunInput& input) const {
  if (plan_.keeps_images()) return;
  const int64_t values = maps() * plan_.values_per_map(0);
  const float* images = input.images;
  if (const auto& quantizer = plan_.step(0).quantizers.output) {
    quantize_values(*quantizer, values, images, float_value(0));
    images = float_value(0);
  }
  if (plan_.step(0).wide_value) narrow(values, images, value(0).halves());
}

void FloatWorker::quantize_value(std::size_t n, const Quantizer& quantizer) const {
  float* values = float_value(n);
  const BlockedMap map = plan_.map(n);
  if (uint8_t* passes = bits(plan_.step(n).tape.passes, 0, map)) {
    mark_inside(quantizer, maps() * map.size(), values, passes);
  }
  quantize_values(quantizer, maps() * map.size(), values, values);
  for (int64_t s = 0; s < maps(); ++s) clear_padding(map, values + s * map.size());
}

void FloatWorker::sum_squares_of(std::size_t n, const RunInput& input) const {
  if (std::holds_alternative<InputOp>(node(n).op)) return sum_squares_of_images(input);
  const BlockedMap map = plan_.map(n);
  float* sums = at(*plan_.step(n).sums);
  for (int64_t s = 0; s < maps(); ++s) {
    const StoredValues own = value(n).from(s * map.size());
    if (own.storage == Storage::bfloat16) {
      sum_squares(map, own.halves(), sums + s * map.pixels);
    } else {
      sum_squares(map, own.floats(), sums + s * map.pixels);
    }
  }
}

void FloatWorker::sum_squares_of_images(const RunInput& input) const {
  const int64_t channels = node(0).shape().channels, pixels = node(0).shape().pixels();
  if (plan_.step(0).wide_value) widen(maps() * channels * pixels, value(0).halves(), float_value(0));
  const float* images = plan_.keeps_images() ? input.images : float_value(0);
  for (int64_t s = 0; s < maps(); ++s) {
    sum_squares_plain(channels, pixels, images + s * channels * pixels, at(*plan_.step(0).sums) + s * pixels);
  }
}

void FloatWorker::copy_logits(float* logits, const RunInput& input) const {
  const std::size_t last = plan_.graph().nodes.size() - 1;
  const BlockedMap map = plan_.map(last);
  const StoredValues values = value(last);
  for (std::size_t s = 0; s < plan_.samples_of(input.sequences); ++s) {
    const SamplePart part = part_of(last, s, input);
    for (int64_t c = 0; c < map.channels; ++c) {
      const int64_t pixel = (c / map.block) * map.pixels + part.first;
      const StoredValues from = values.from(part.map * map.size() + pixel * map.block + c % map.block);
      logits[part.position * map.channels + c] =
          from.storage == Storage::bfloat16 ? to_float(*from.halves()) : *from.floats();
    }
  }
}

}  // namespace dpac
