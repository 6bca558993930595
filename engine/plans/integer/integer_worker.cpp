#include "engine/plans/integer/integer_worker.h"

#include "engine/ops/digital_ops.h"

namespace dpac {

IntegerWorker::IntegerWorker(const IntegerPlan& plan, const Workspace& workspace)
    : plan_(plan), workspace_(workspace) {
  for (std::size_t n = 0; n < plan.graph().nodes.size(); ++n) {
    const IntegerPlan::Step& step = plan.step(n);
    digital_inputs_.emplace_back();
    for (const int from : node(n).inputs)
      digital_inputs_.back().push_back(codes(static_cast<std::size_t>(from)));
    if (!step.primitive) {
      calls_.emplace_back();
      continue;
    }
    void* dst = is_analog(node(n)) ? static_cast<void*>(integers(step.acc)) : codes(n);
    calls_.push_back(
        step.primitive.bind(codes(static_cast<std::size_t>(node(n).input())), dst, workspace_.scratchpad()));
  }
}

uint8_t* IntegerWorker::codes(std::size_t n) const {
  return reinterpret_cast<uint8_t*>(workspace_.arena() + plan_.step(n).value);
}

int32_t* IntegerWorker::integers(std::size_t offset) const {
  return reinterpret_cast<int32_t*>(workspace_.arena() + offset);
}

void IntegerWorker::run(const RunInput& input, const LogitsOutput& output) {
  const std::size_t first = first_analog(plan_.graph()), nodes = plan_.graph().nodes.size();
  for (std::size_t n = 0; n <= first; ++n) compute(n, input);
  for (std::size_t p = 0; const NoisePoint& point : input.points) {
    int layer = 0;
    finish(first, layer++, point, input);
    for (std::size_t n = first + 1; n < nodes; ++n) {
      compute(n, input);
      if (!is_analog(node(n))) continue;
      finish(n, layer++, point, input);
    }
    copy_logits(output.logits + p++ * output.point_stride);
  }
}

/// A product, or all of an operation that is not analog.
void IntegerWorker::compute(std::size_t n, const RunInput& input) {
  call(input.poll);
  const FusedNode& node = this->node(n);
  if (plan_.step(n).primitive) calls_[n].run(stream_);
  if (is_analog(node)) return;
  if (!plan_.step(n).digital) {
    quantize_images(n, input);
  } else if (!plan_.step(n).primitive) {
    run_digital_integer(node, {*plan_.step(n).digital, digital_inputs_[n].data(), codes(n)});
  }
  sum_pixels(n);
}

void IntegerWorker::finish(std::size_t n, int layer, const NoisePoint& point, const RunInput& input) const {
  const IntegerEpilogue common = epilogue_of(n, layer, point);
  const LayerNoise& noise = input.noise->layers[static_cast<std::size_t>(layer)];
  for (int64_t s = 0; s < samples(); ++s) {
    IntegerEpilogue epilogue = common;
    epilogue.patch_sums = patch_sums_of(n, s, noise.window());
    if (node(n).residual != kNone) {
      epilogue.residual = codes(static_cast<std::size_t>(node(n).residual)) + s * epilogue.map.size();
    }
    const NoiseKey key{.seed = point.seed,
                       .layer = static_cast<uint16_t>(layer),
                       .sample = static_cast<uint32_t>(input.samples[s])};
    run_epilogue(epilogue, key, integers(plan_.step(n).acc) + s * epilogue.map.size(),
                 codes(n) + s * epilogue.map.size());
  }
  sum_pixels(n);
}

IntegerEpilogue IntegerWorker::epilogue_of(std::size_t n, int layer, const NoisePoint& point) const {
  const FusedNode& node = this->node(n);
  const NodeIntegerWeights& weights = plan_.weights(n);
  IntegerEpilogue epilogue{.map = integer_map(node),
                           .alpha = plan_.step(n).alpha.data(),
                           .offsets = weights.offsets.data(),
                           .bias = weights.bias.data(),
                           .relu = node.activation == Activation::relu,
                           .quantizer = *plan_.quantizers(n).output,
                           .relu_after_residual = node.relu_after_residual};
  if (node.residual != kNone) {
    epilogue.residual_quantizer = plan_.step(static_cast<std::size_t>(node.residual)).quantizer;
    epilogue.sum_quantizer = *plan_.quantizers(n).result;
  }
  if (point.gains != nullptr) {
    const LayerGains& gains = (*point.gains)[static_cast<std::size_t>(layer)];
    epilogue.gains = gains.gains.data();
    epilogue.repeats = gains.repeats.empty() ? nullptr : gains.repeats.data();
  }
  return epilogue;
}

const int32_t* IntegerWorker::patch_sums_of(std::size_t n, int64_t s, const PatchWindow& window) const {
  const auto from = static_cast<std::size_t>(node(n).input());
  const int32_t* sums = integers(*plan_.step(from).sums) + s * node(from).shape().pixels();
  auto* patches = reinterpret_cast<int32_t*>(workspace_.norms());
  patch_sums(window, sums, patches + node(n).shape().pixels(), patches);
  return patches;
}

void IntegerWorker::run_epilogue(const IntegerEpilogue& epilogue, const NoiseKey& key, const int32_t* acc,
                                 uint8_t* dst) const {
  const int threads = plan_.options().threads;
  const int64_t pixels = epilogue.map.pixels;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int t = 0; t < threads; ++t) {
    run_integer_epilogue(epilogue, key, pixels * t / threads, pixels * (t + 1) / threads, acc, dst);
  }
}

void IntegerWorker::quantize_images(std::size_t n, const RunInput& input) const {
  const IntegerMap map = integer_map(node(n));
  for (int64_t s = 0; s < samples(); ++s) {
    quantize_input(map, plan_.step(n).quantizer, input.images + s * map.size(), codes(n) + s * map.size());
  }
}

void IntegerWorker::sum_pixels(std::size_t n) const {
  if (!plan_.step(n).sums) return;
  const IntegerMap map = integer_map(node(n));
  const int64_t pixels = samples() * map.pixels;
  const auto low = static_cast<int32_t>(plan_.step(n).quantizer.low);
  const int threads = plan_.options().threads;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int t = 0; t < threads; ++t) {
    const int64_t first = pixels * t / threads, last = pixels * (t + 1) / threads;
    sum_codes({map.channels, last - first}, low, codes(n) + first * map.channels,
              integers(*plan_.step(n).sums) + first);
  }
}

void IntegerWorker::copy_logits(float* logits) const {
  const std::size_t last = plan_.graph().nodes.size() - 1;
  const Quantizer& quantizer = plan_.step(last).quantizer;
  const int64_t classes = plan_.graph().classes(), stride = integer_map(node(last)).size();
  for (int64_t s = 0; s < samples(); ++s) {
    for (int64_t c = 0; c < classes; ++c) {
      const float code = static_cast<float>(codes(last)[s * stride + c]) + quantizer.low;
      logits[s * classes + c] = code * quantizer.scale;
    }
  }
}

}  // namespace dpac
