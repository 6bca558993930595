#include "learn/backward_worker.h"

#include <algorithm>

#include "kernels/subsample.h"

namespace dpac {

BackwardWorker::BackwardWorker(const BackwardPlan& plan, const Workspace& tape, const Workspace& workspace)
    : plan_(plan), tape_(tape), workspace_(workspace) {
  for (int n = 0; n < static_cast<int>(graph().nodes.size()); ++n) products_.push_back(bind(n));
}

/// A term that is to be added and cannot be by the product itself is made beside its place.
BackwardWorker::Product BackwardWorker::bind(int n) const {
  const BackwardPlan::Step& own = step(n);
  if (!own.primitive && !own.winograd) return {};
  float* dst = own.term ? workspace_.arena() + *own.term : gradient(node(n).input);
  if (own.winograd) return Winograd::Call(*own.winograd, gradient(n), dst, workspace_.scratchpad());
  float* noted = tape(n).workspace ? tape_.tape() + *tape(n).workspace : nullptr;
  return own.primitive.bind(gradient(n), dst, workspace_.scratchpad(), noted);
}

void BackwardWorker::run(const BackwardInput& input, double* sums) {
  load(input.gradients);
  auto layer = static_cast<int>(plan_.first_sums().size()) - 1;
  for (int n = static_cast<int>(graph().nodes.size()) - 1; n > 0; --n) {
    if (!step(n).needed) continue;
    if (is_analog(node(n))) {
      analog(n, --layer, input, sums);
    } else if (tape(n).passes) {
      clear_clamped(n);
    }
    if (reaches(node(n).input)) to_input(n);
  }
}

void BackwardWorker::load(const float* gradients) const {
  const auto last = static_cast<int>(graph().nodes.size()) - 1;
  const int64_t classes = graph().classes(), stride = blocked_map(node(last)).size();
  for (int64_t s = 0; s < samples(); ++s) {
    float* to = gradient(last) + s * stride;
    std::fill(std::copy_n(gradients + s * classes, classes, to), to + stride, 0.0f);
  }
}

const uint8_t* BackwardWorker::bits(const std::optional<std::size_t>& offset, int64_t first) const {
  return offset ? reinterpret_cast<const uint8_t*>(tape_.tape() + *offset) + first / 8 : nullptr;
}

void BackwardWorker::analog(int n, int layer, const BackwardInput& input, double* sums) const {
  const auto l = static_cast<std::size_t>(layer);
  const LayerNoise& noise = input.noise->layers[l];
  const std::vector<std::size_t>& first_sums = plan_.first_sums();
  const int64_t size = noise.map().size();
  const bool stored = tape(n).noise.has_value();
  AnalogBackward backward{.map = noise.map(), .runs = noise.runs(), .accumulate = step(n).add_to_residual};
  if (!stored) backward.gains = (*input.point->gains)[l].gains.data();
  for (int64_t s = 0; s < samples(); ++s) {
    if (stored) backward.noise = tape_.tape() + *tape(n).noise + s * size;
    if (tape(n).norms) backward.scales = tape_.tape() + *tape(n).norms + s * noise.map().pixels;
    backward.passes = bits(tape(n).passes, s * size);
    backward.sum_passes = bits(tape(n).sum_passes, s * size);
    if (reaches(node(n).residual)) backward.residual = gradient(node(n).residual) + s * size;
    const NoiseKey key{.seed = input.point->seed,
                       .step = input.point->step,
                       .layer = static_cast<uint16_t>(layer),
                       .sample = static_cast<uint32_t>(input.samples[s])};
    double* own = sums + static_cast<std::size_t>(s) * first_sums.back() + first_sums[l];
    run_analog_backward(backward, input.sum, key, gradient(n) + s * size, own);
  }
}

void BackwardWorker::clear_clamped(int n) const {
  const uint8_t* inside = bits(tape(n).passes, 0);
  float* values = gradient(n);
  for (int64_t i = 0; i < samples() * blocked_map(node(n)).size(); ++i) {
    if ((inside[i / 8] >> (i % 8) & 1) == 0) values[i] = 0.0f;
  }
}

void BackwardWorker::to_input(int n) {
  const Node& own = node(n);
  const BackwardPlan::Step& how = step(n);
  if (auto* winograd = std::get_if<Winograd::Call>(&products_[static_cast<std::size_t>(n)])) {
    winograd->run(stream_);
  } else if (auto* call = std::get_if<onednn::Call>(&products_[static_cast<std::size_t>(n)])) {
    call->run(stream_);
  } else if (std::holds_alternative<GlobalAveragePoolOp>(own.op)) {
    spread_average(n);
  } else if (const auto* shortcut = std::get_if<SubsampleOp>(&own.op)) {
    const Node& from = node(own.input);
    const Subsample map{blocked_map(from), blocked_map(own), from.shape.width,
                        own.shape.width,   shortcut->stride, shortcut->channels_before};
    float* dst = how.term ? workspace_.arena() + *how.term : gradient(own.input);
    for (int64_t s = 0; s < samples(); ++s) {
      subsample_backward(map, gradient(n) + s * map.out.size(), dst + s * map.in.size());
    }
  }
  if (!how.term) return;
  const float* term = workspace_.arena() + *how.term;
  float* sum = gradient(own.input);
  const int64_t size = samples() * blocked_map(node(own.input)).size();
  for (int64_t i = 0; i < size; ++i) sum[i] += term[i];
}

/// Every pixel has the same share in the average.
void BackwardWorker::spread_average(int n) const {
  const BlockedMap map = blocked_map(node(node(n).input));
  const float share = 1.0f / static_cast<float>(map.pixels);
  const float* from = gradient(n);
  float* to = gradient(node(n).input);
  const bool add = step(n).add_to_input;
  for (int64_t b = 0; b < samples() * map.blocks(); ++b, from += map.block) {
    for (int64_t p = 0; p < map.pixels; ++p, to += map.block) {
      for (int i = 0; i < map.block; ++i) to[i] = (add ? to[i] : 0.0f) + share * from[i];
    }
  }
}

}  // namespace dpac
