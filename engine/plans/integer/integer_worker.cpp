#include "engine/plans/integer/integer_worker.h"

#include <algorithm>
#include <cmath>

#include "engine/graph/fused_graph.h"
#include "engine/ops/digital.h"
#include "engine/ops/digital_ops.h"
#include "engine/plans/integer/integer_values.h"

namespace dpac {
namespace {

/// A quantiser is monotonic: what is clipped before it never passes the code of the largest value.
Quantizer clipped(Quantizer quantizer, Activation activation) {
  constexpr float kMost = 6;
  if (activation == Activation::relu6) {
    quantizer.high = std::min(quantizer.high, std::nearbyint(kMost * quantizer.inverse_scale));
  }
  return quantizer;
}

/// Pixels [first, last), each run of them with its own row of gains.
void run_by_rows(const IntegerEpilogue& epilogue, const NoiseKey& key, std::span<const PixelRun> runs,
                 int64_t first, int64_t last, const int32_t* acc, uint8_t* dst) {
  for (const PixelRun& run : runs) {
    const int64_t begin = std::max(first, run.begin), end = std::min(last, run.end);
    if (begin >= end) continue;
    const int64_t row = run.gain_row * epilogue.map.channels;
    IntegerEpilogue part = epilogue;
    part.gains += row;
    if (part.floors != nullptr) part.floors += row;
    run_integer_epilogue(part, key, begin, end, acc, dst);
  }
}

}  // namespace

IntegerWorker::IntegerWorker(const IntegerPlan& plan, const Workspace& workspace)
    : plan_(plan), workspace_(workspace) {
  for (std::size_t n = 0; n < plan.graph().nodes.size(); ++n) {
    const IntegerPlan::Step& step = plan.step(n);
    digital_inputs_.emplace_back();
    for (const int from : node(n).inputs)
      digital_inputs_.back().push_back(codes(static_cast<std::size_t>(from)));
    float_inputs_.push_back(inputs_in_floats(n));
    if (!step.primitive) {
      calls_.emplace_back();
      continue;
    }
    void* dst = is_analog(node(n)) ? static_cast<void*>(integers(step.acc)) : codes(n);
    calls_.push_back(
        step.primitive.bind(codes(static_cast<std::size_t>(node(n).input())), dst, workspace_.scratchpad()));
  }
}

std::vector<const float*> IntegerWorker::inputs_in_floats(std::size_t n) const {
  std::vector<const float*> inputs;
  const auto& maps = plan_.step(n).floats;
  if (!maps) return inputs;
  const float* next = workspace_.norms() + maps->out.size();
  for (const RunMaps& in : maps->in) {
    inputs.push_back(next);
    next += in.size();
  }
  return inputs;
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
  const IntegerPlan::Step& step = plan_.step(n);
  if (step.primitive) calls_[n].run(stream_);
  if (step.depthwise) run_depthwise(n);
  if (is_analog(node)) return;
  if (step.floats) {
    run_through_floats(n);
  } else if (!step.digital) {
    quantize_images(n, input);
  } else if (!step.primitive) {
    run_digital_integer(node, {*step.digital, digital_inputs_[n].data(), codes(n)});
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
    if (point.gains != nullptr && plan_.options().patch_norms) {
      epilogue.scales = patch_norms_of(n, s, noise.window());
    }
    run_epilogue(n, epilogue, key, noise.runs(), integers(plan_.step(n).acc) + s * epilogue.map.size(),
                 codes(n) + s * epilogue.map.size());
  }
  sum_pixels(n);
}

IntegerEpilogue IntegerWorker::epilogue_of(std::size_t n, int layer, const NoisePoint& point) const {
  const FusedNode& node = this->node(n);
  const NodeIntegerWeights& weights = plan_.weights(n);
  IntegerEpilogue epilogue{
      .map = integer_map(node),
      .alpha = plan_.step(n).alpha.data(),
      .offsets = weights.is_depthwise() ? nullptr : weights.offsets.data(),
      .bias = weights.bias.data(),
      .relu = node.activation == Activation::relu || node.activation == Activation::relu6,
      .quantizer = clipped(*plan_.quantizers(n).output, node.activation),
      .relu_after_residual = node.relu_after_residual};
  if (const auto& places = plan_.step(n).group_places; !places.empty()) {
    epilogue.sum_places = places.data();
    epilogue.scale_places = places.data();
  }
  if (node.residual != kNone) {
    epilogue.residual_quantizer = plan_.step(static_cast<std::size_t>(node.residual)).quantizer;
    epilogue.sum_quantizer = *plan_.quantizers(n).result;
  }
  if (point.gains != nullptr) {
    const LayerGains& gains = (*point.gains)[static_cast<std::size_t>(layer)];
    epilogue.gains = gains.outputs.data();
    epilogue.floors = gains.floors.size() == 0 ? nullptr : gains.floors.data();
    epilogue.repeats = gains.repeats.empty() ? nullptr : gains.repeats.data();
  }
  return epilogue;
}

const int32_t* IntegerWorker::patch_sums_of(std::size_t n, int64_t s, const PatchWindow& window) const {
  if (plan_.step(n).depthwise) return nullptr;
  const auto from = static_cast<std::size_t>(node(n).input());
  return patches_of(n, s, window,
                    {plan_.step(from).sums, sum_codes, reinterpret_cast<int32_t*>(workspace_.norms())});
}

/// Exact up to the root.
const float* IntegerWorker::patch_norms_of(std::size_t n, int64_t s, const PatchWindow& window) const {
  const auto from = static_cast<std::size_t>(node(n).input());
  const int64_t count = groups_of(node(n)) * node(n).shape().pixels();
  float* norms = workspace_.norms() + plan_.patch_scratch(n);
  auto* scratch = reinterpret_cast<int32_t*>(norms + count);
  const int32_t* squares = patches_of(n, s, window, {plan_.step(from).squares, sum_code_squares, scratch});
  norms_of_codes(count, plan_.step(from).quantizer.scale, squares, norms);
  return norms;
}

/// [groups][pixels].
const int32_t* IntegerWorker::patches_of(std::size_t n, int64_t s, const PatchWindow& window,
                                         const Summed& summed) const {
  const auto from = static_cast<std::size_t>(node(n).input());
  const IntegerMap in = integer_map(node(from));
  const int64_t pixels = node(n).shape().pixels(), groups = groups_of(node(n));
  int32_t* patches = summed.scratch;
  int32_t* rows = patches + groups * pixels;
  if (groups == 1) {
    patch_sums(window, integers(*summed.of_pixels) + s * in.pixels, rows, patches);
    return patches;
  }
  int32_t* sums = rows + window.height * window.out_width;
  // Without what pads the channels, which no group has.
  const auto low = static_cast<int32_t>(plan_.step(from).quantizer.low);
  summed.sum({node(from).shape().channels, in.pixels}, in.channels, groups, low, codes(from) + s * in.size(),
             sums);
  for (int64_t g = 0; g < groups; ++g) patch_sums(window, sums + g * in.pixels, rows, patches + g * pixels);
  return patches;
}

void IntegerWorker::run_depthwise(std::size_t n) const {
  const DepthwiseProduct& product = *plan_.step(n).depthwise;
  const auto from = static_cast<std::size_t>(node(n).input());
  const int64_t in = integer_map(node(from)).size(), out = integer_map(node(n)).size();
  const int64_t rows = product.window.out_height;
  const int threads = plan_.options().threads;
  for (int64_t s = 0; s < samples(); ++s) {
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
    for (int t = 0; t < threads; ++t) {
      run_depthwise_product(product, rows * t / threads, rows * (t + 1) / threads, codes(from) + s * in,
                            integers(plan_.step(n).acc) + s * out);
    }
  }
}

void IntegerWorker::run_through_floats(std::size_t n) const {
  const DigitalMaps& maps = *plan_.step(n).floats;
  float* out = workspace_.norms();
  const IntegerMap out_codes = integer_map(node(n));
  for (int64_t s = 0; s < samples(); ++s) {
    float* in = out + maps.out.size();
    for (std::size_t i = 0; i < maps.in.size(); in += maps.in[i++].size()) {
      const auto from = static_cast<std::size_t>(node(n).inputs[i]);
      const IntegerMap in_codes = integer_map(node(from));
      values_of_codes(in_codes, plan_.step(from).quantizer, codes(from) + s * in_codes.size(),
                      maps.in[i].map(), in);
    }
    run_digital(node(n), {maps, float_inputs_[n].data(), out, nullptr}, plan_.options().threads);
    codes_of_values(maps.out.map(), plan_.step(n).quantizer, out, out_codes, codes(n) + s * out_codes.size());
  }
}

void IntegerWorker::run_epilogue(std::size_t n, const IntegerEpilogue& epilogue, const NoiseKey& key,
                                 std::span<const PixelRun> runs, const int32_t* acc, uint8_t* dst) const {
  const int threads = plan_.options().threads;
  const int64_t pixels = epilogue.map.pixels, channels = epilogue.map.channels;
  const auto& table = plan_.step(n).table;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int t = 0; t < threads; ++t) {
    const int64_t first = pixels * t / threads, last = pixels * (t + 1) / threads;
    if (epilogue.scales == nullptr) {
      run_integer_epilogue(epilogue, key, first, last, acc, dst);
    } else {
      run_by_rows(epilogue, key, runs, first, last, acc, dst);
    }
    if (table) translate(*table, (last - first) * channels, dst + first * channels);
  }
}

void IntegerWorker::quantize_images(std::size_t n, const RunInput& input) const {
  const IntegerMap map = integer_map(node(n));
  for (int64_t s = 0; s < samples(); ++s) {
    quantize_input(map, plan_.step(n).quantizer, input.images + s * map.size(), codes(n) + s * map.size());
  }
}

void IntegerWorker::sum_pixels(std::size_t n) const {
  const IntegerPlan::Step& step = plan_.step(n);
  if (!step.sums) return;
  const IntegerMap map = integer_map(node(n));
  const int64_t pixels = samples() * map.pixels;
  const auto low = static_cast<int32_t>(step.quantizer.low);
  const int threads = plan_.options().threads;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int t = 0; t < threads; ++t) {
    const int64_t first = pixels * t / threads, last = pixels * (t + 1) / threads;
    const IntegerMap part{map.channels, last - first};
    const uint8_t* from = codes(n) + first * map.channels;
    sum_codes(part, map.channels, 1, low, from, integers(*step.sums) + first);
    if (step.squares) sum_code_squares(part, map.channels, 1, low, from, integers(*step.squares) + first);
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
