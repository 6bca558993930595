// Digital operations of a float plan, and what becomes of values: quantisers, sums of squares, logits.

#include "engine/graph/fused_graph.h"
#include "engine/ops/digital.h"
#include "engine/plans/float/float_worker.h"
#include "kernels/patch_norm.h"

namespace dpac {

void FloatWorker::run_digital_op(std::size_t n, const RunInput& input) {
  const FloatPlan::Step& step = plan_.step(n);
  if (node(n).input() == 0) digital_inputs_[n].front() = input_value(node(n), input);
  DigitalRun run{*step.digital, digital_inputs_[n].data(), at(step.value), nullptr, input.sequences};
  if (step.tape.digital) run.tape = workspace_.tape() + *step.tape.digital;
  if (finishes(node(n))) {
    run.finish = {.quantizer = step.quantizers.output.value_or(Quantizer{}),
                  .passes = bits(step.tape.passes, 0, plan_.map(n)),
                  .sums = step.sums ? at(*step.sums) : nullptr};
  }
  run_digital(node(n), run, plan_.options().threads);
}

void FloatWorker::finish_digital(std::size_t n, const RunInput& input) {
  const FloatPlan::Step& step = plan_.step(n);
  if (!finishes(node(n))) {
    if (const auto& quantizer = step.quantizers.output) {
      if (step.digital) quantize_value(n, *quantizer);
      if (!step.digital) quantize_input(*quantizer, input);
    }
    if (step.sums) sum_squares_of(n, input);
  }
  if (input.observer != nullptr) show_values(n, input);
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
