#include "learn/backward_worker.h"

#include <algorithm>
#include <cassert>

#include "engine/graph/fused_graph.h"
#include "engine/ops/attention/attention_backward.h"
#include "engine/plans/float/planned_attention.h"

namespace dpac {

BackwardWorker::BackwardWorker(const BackwardPlan& plan, const Workspace& tape, const Workspace& workspace)
    : plan_(plan), tape_(tape), workspace_(workspace) {
  for (int n = 0; n < static_cast<int>(graph().nodes.size()); ++n) products_.push_back(bind(n));
}

/// A term that is to be added and cannot be by the product itself is made beside its place.
BackwardWorker::Product BackwardWorker::bind(int n) const {
  const BackwardPlan::Step& own = step(n);
  if (!own.primitive && !own.winograd) return {};
  float* dst = own.term ? workspace_.arena() + *own.term : gradient(node(n).input());
  if (own.winograd) return Winograd::Call(*own.winograd, gradient(n), dst, workspace_.scratchpad());
  float* noted = tape(n).workspace ? tape_.tape() + *tape(n).workspace : nullptr;
  return own.primitive.bind(gradient(n), dst, workspace_.scratchpad(), noted);
}

void BackwardWorker::run(const BackwardInput& input, double* sums) {
  assert(input.noise != nullptr && input.point != nullptr && input.gradients != nullptr && sums != nullptr);
  load(input);
  for (int n = static_cast<int>(graph().nodes.size()) - 1; n > 0; --n) {
    if (!step(n).needed) continue;
    call(input.poll);
    if (has_weights(node(n))) {
      product(n, input, sums);
    } else if (is_analog(node(n))) {
      // Both products where the second is.
      if (std::holds_alternative<AttentionContextOp>(node(n).op)) attention(n, input, sums);
      continue;
    } else if (tape(n).passes && !finishes(node(n))) {
      clear_clamped(n);
    }
    if (has_weights(node(n)) || is_compiled(node(n))) {
      if (reaches(node(n).input())) to_input(n);
    } else {
      through_digital(n, input);
    }
  }
}

void BackwardWorker::load(const BackwardInput& input) const {
  const auto last = static_cast<int>(graph().nodes.size()) - 1;
  const BlockedMap map = this->map(last);
  std::fill_n(gradient(last), floats(last), 0.0f);
  for (std::size_t s = 0; s < forward().samples_of(input.sequences); ++s) {
    const SamplePart part = part_of(last, s, input);
    float* to = gradient(last) + part.map * map.size() + part.first * map.block;
    for (int64_t c = 0; c < map.channels; ++c) {
      to[(c / map.block) * map.pixels * map.block + c % map.block] =
          input.gradients[part.position * map.channels + c];
    }
  }
}

const uint8_t* BackwardWorker::bits(const std::optional<std::size_t>& offset, int64_t first) const {
  return offset ? reinterpret_cast<const uint8_t*>(tape_.tape() + *offset) + first / 8 : nullptr;
}

double* BackwardWorker::sums_of(int layer, int64_t position, double* sums) const {
  const std::vector<std::size_t>& first_sums = plan_.first_sums();
  assert(layer >= 0 && static_cast<std::size_t>(layer) + 1 < first_sums.size() && position >= 0);
  return sums + static_cast<std::size_t>(position) * first_sums.back() +
         first_sums[static_cast<std::size_t>(layer)];
}

AnalogBackward BackwardWorker::backward_of(int n, const SamplePart& part, const PixelRun& run,
                                           const BackwardInput& input) const {
  const FloatPlan::Step& planned = forward().step(static_cast<std::size_t>(n));
  const auto layer = static_cast<std::size_t>(planned.layer);
  const BlockedMap map = this->map(n);
  const int64_t offset = part.map * map.size();
  AnalogBackward backward{.map = map,
                          .runs = {&run, 1},
                          .passes = bits(tape(n).passes, offset),
                          .sum_passes = bits(tape(n).sum_passes, offset),
                          .accumulate = step(n).add_to_residual};
  if (!text()) backward.runs = input.noise->layers[layer].runs();
  if (text()) backward.elements = {-part.first, part.count};
  const LayerGains& gains = (*input.point->gains)[layer];
  if (gains.outputs.size() != 0) backward.gains = gains.outputs.data();
  if (gains.floors.size() != 0) backward.floors = gains.floors.data();
  if (tape(n).norms && groups_of(node(n)) == 1) {
    backward.scales = tape_.tape() + *tape(n).norms + part.map * map.pixels;
  } else if (tape(n).norms) {
    backward.element_scales = tape_.tape() + *tape(n).norms + offset;
  }
  if (tape(n).slopes) backward.slopes = tape_.tape() + *tape(n).slopes + offset;
  if (reaches(node(n).residual)) backward.residual = gradient(node(n).residual) + offset;
  return backward;
}

void BackwardWorker::product(int n, const BackwardInput& input, double* sums) const {
  const int layer = forward().step(static_cast<std::size_t>(n)).layer;
  const BlockedMap map = this->map(n);
  for (std::size_t s = 0; s < forward().samples_of(input.sequences); ++s) {
    const SamplePart part = part_of(n, s, input);
    const PixelRun run{part.first, part.first + part.count, 0};
    const NoiseKey key{.seed = input.point->seed,
                       .step = input.point->step,
                       .layer = static_cast<uint16_t>(layer),
                       .sample = static_cast<uint32_t>(part.sample)};
    AnalogBackward backward = backward_of(n, part, run, input);
    float* values = gradient(n) + part.map * map.size();
    double* own = sums_of(layer, part.position, sums);
    const float* weight_noise =
        tape(n).noise ? tape_.tape() + *tape(n).noise + part.map * map.size() : nullptr;
    if (backward.gains == nullptr && weight_noise != nullptr) {
      backward.noise = weight_noise;
      run_analog_backward(backward, NoiseSum::product, key, values, own);
      square_for(input.sum, map.padded_channels(), own);
      continue;
    }
    run_analog_backward(backward, input.sum, key, values, own);
    if (weight_noise != nullptr) add_weight_noise(backward, weight_noise, input.sum, values, own);
  }
}

/// Noise of weights is one draw for all of a sample's pixels: its variance at the loss is estimated by the
/// square of what this draw does.
void BackwardWorker::square_for(NoiseSum sum, int64_t channels, double* sums) {
  for (int64_t c = 0; sum == NoiseSum::square && c < channels; ++c) sums[c] *= sums[c];
}

/// To what noise of the outputs gave, once `gradient` is that of the pre-activation.
void BackwardWorker::add_weight_noise(const AnalogBackward& outputs, const float* noise, NoiseSum sum,
                                      float* gradient, double* sums) {
  const AnalogBackward backward{.map = outputs.map, .runs = outputs.runs, .noise = noise};
  std::vector<double> own(static_cast<std::size_t>(outputs.map.padded_channels()));
  run_analog_backward(backward, NoiseSum::product, {}, gradient, own.data());
  square_for(sum, outputs.map.padded_channels(), own.data());
  for (std::size_t c = 0; c < own.size(); ++c) sums[c] += own[c];
}

void BackwardWorker::attention(int n, const BackwardInput& input, double* sums) const {
  const FusedNode &context = node(n), &scores = node(context.input());
  const int layer = forward().step(static_cast<std::size_t>(n)).layer;
  const AttentionGradients gradients{gradient(n), gradient(scores.input()), gradient(scores.second()),
                                     gradient(context.second())};
  float* buffer = tape_.tape() + *tape(n).heads;
  for (std::size_t s = 0; s < forward().samples_of(input.sequences); ++s) {
    const Attention attention =
        planned_attention(forward(), static_cast<std::size_t>(n), input.sequences[s], *input.point);
    AttentionSums whole;
    for (int64_t h = 0; h < attention.shape.heads; ++h, buffer += HeadLayout(attention.shape).size) {
      const AttentionSums own =
          run_head_backward(attention, h, input.sum, buffer, gradients, workspace_.heads());
      whole.scores += own.scores;
      whole.context += own.context;
    }
    *sums_of(layer - 1, input.sequences[s].position, sums) = whole.scores;
    *sums_of(layer, input.sequences[s].position, sums) = whole.context;
  }
  // Heads write their own channels only.
  for (float* operand : {gradients.query, gradients.key, gradients.value}) {
    clear_padding(map(n), operand);
  }
}

void BackwardWorker::clear_clamped(int n) const {
  const uint8_t* inside = bits(tape(n).passes, 0);
  float* values = gradient(n);
  for (int64_t i = 0; i < floats(n); ++i) {
    if ((inside[i / 8] >> (i % 8) & 1) == 0) values[i] = 0.0f;
  }
}

void BackwardWorker::to_input(int n) {
  const BackwardPlan::Step& how = step(n);
  if (auto* winograd = std::get_if<Winograd::Call>(&products_[static_cast<std::size_t>(n)])) {
    winograd->run(stream_);
  } else {
    std::get<onednn::Call>(products_[static_cast<std::size_t>(n)]).run(stream_);
  }
  if (!how.term) return;
  const float* term = workspace_.arena() + *how.term;
  float* sum = gradient(node(n).input());
  for (int64_t i = 0; i < floats(node(n).input()); ++i) sum[i] += term[i];
}

void BackwardWorker::through_digital(int n, const BackwardInput& input) const {
  const FusedNode& own = node(n);
  for (std::size_t i = 0; i < own.inputs.size(); ++i) {
    const int from = own.inputs[i];
    if (!reaches(from)) continue;
    if (step(n).begins[i]) std::fill_n(gradient(from), floats(from), 0.0f);
    run_digital_backward(own, {*forward().step(static_cast<std::size_t>(n)).digital, i, gradient(n),
                               gradient(from), tape_.tape() + *tape(n).digital, input.sequences,
                               finishes(own) ? bits(tape(n).passes, 0) : nullptr});
  }
}

}  // namespace dpac
