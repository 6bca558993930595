#include "engine/float_worker.h"

#include <algorithm>

#include "kernels/patch_norm.h"
#include "kernels/subsample.h"

namespace dpac {

FloatWorker::FloatWorker(const FloatPlan& plan, const Workspace& workspace)
    : plan_(plan), workspace_(workspace) {
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
  // A fused plan keeps no pre-activation that a second point could start from.
  const std::size_t shared = plan_.options().own_epilogue ? plan_.first_analog() : 0;
  for (std::size_t n = 0; n < shared; ++n) {
    compute(n, input);
    finish_digital(n, input);
  }
  compute(shared, input);
  for (std::size_t p = 0; const NoisePoint& point : input.points) {
    finish(shared, 0, point, input);
    int layer = is_analog(node(shared)) ? 1 : 0;
    for (std::size_t n = shared + 1; n < plan_.graph().nodes.size(); ++n) {
      compute(n, input);
      finish(n, layer, point, input);
      layer += is_analog(node(n)) ? 1 : 0;
    }
    copy_logits(output.logits + p++ * output.point_stride);
  }
}

const float* FloatWorker::input_value(const Node& node, const RunInput& input) const {
  const bool images = node.input == 0 && !plan_.step(0).quantizers.output;
  return images ? input.images : value(node.input);
}

void FloatWorker::compute(std::size_t n, const RunInput& input) {
  const Node& node = this->node(n);
  if (auto* winograd = std::get_if<Winograd::Call>(&products_[n])) {
    winograd->run(stream_);
  } else if (auto* call = std::get_if<onednn::Call>(&products_[n])) {
    if (node.input == 0) call->set_src(input_value(node, input));
    call->run(stream_);
  } else if (const auto* shortcut = std::get_if<SubsampleOp>(&node.op)) {
    run_subsample(node, n, *shortcut);
  }
}

void FloatWorker::finish(std::size_t n, int layer, const NoisePoint& point, const RunInput& input) {
  if (!is_analog(node(n))) return finish_digital(n, input);
  if (plan_.options().own_epilogue) finish_analog(n, layer, point, input);
}

void FloatWorker::finish_digital(std::size_t n, const RunInput& input) {
  const Node& node = this->node(n);
  const FloatPlan::Step& step = plan_.step(n);
  if (const auto& quantizer = step.quantizers.output) {
    if (n == 0) quantize_input(node, *quantizer, input);
    if (n != 0) quantize_value(node, n, *quantizer);
  }
  if (step.sums) sum_squares_of(node, n, input);
  if (input.observer != nullptr) show_values(n, input);
}

AnalogEpilogue FloatWorker::epilogue_of(std::size_t n, int layer, int64_t s, const NoisePoint& point,
                                        const RunInput& input) const {
  const Node& node = this->node(n);
  const auto l = static_cast<std::size_t>(layer);
  const LayerNoise& noise = input.noise->layers[l];
  const NodeQuantizers& quantizers = plan_.step(n).quantizers;
  AnalogEpilogue epilogue{.map = noise.map(),
                          .runs = noise.runs(),
                          .activation = node.relu ? Activation::relu : Activation::none,
                          .quantizer = quantizers.output.value_or(Quantizer{}),
                          .relu_after_residual = node.relu_after_residual,
                          .sum_quantizer = quantizers.sum.value_or(Quantizer{})};
  if (point.gains != nullptr && input.noise->kind != NoiseKind::weight) {
    const LayerGains& gains = (*point.gains)[l];
    epilogue.gains = gains.gains.data();
    epilogue.repeats = gains.repeats.empty() ? nullptr : gains.repeats.data();
  }
  if (plan_.options().patch_norms) epilogue.scales = norms_of_patches(n, s, noise.window());
  if (node.residual != kNone) epilogue.residual = value(node.residual) + s * epilogue.map.size();
  epilogue.passes = bits(plan_.step(n).tape.passes, s, epilogue.map);
  epilogue.sum_passes = bits(plan_.step(n).tape.sum_passes, s, epilogue.map);
  return epilogue;
}

uint8_t* FloatWorker::bits(std::optional<std::size_t> offset, int64_t s, const BlockedMap& map) const {
  if (!offset) return nullptr;
  return reinterpret_cast<uint8_t*>(workspace_.tape() + *offset) + s * map.size() / 8;
}

const float* FloatWorker::norms_of_patches(std::size_t n, int64_t s, const PatchWindow& window) const {
  const Node& node = this->node(n);
  const Node& from = input_of(node);
  const auto& kept = plan_.step(n).tape.norms;
  const float* sums = at(*plan_.step(static_cast<std::size_t>(node.input)).sums) + s * from.shape.pixels();
  const int64_t pixels = node.shape.pixels();
  float* norms = kept ? workspace_.tape() + *kept + s * pixels : workspace_.norms();
  patch_norms(window, sums, workspace_.norms() + pixels, norms);
  return norms;
}

void FloatWorker::finish_analog(std::size_t n, int layer, const NoisePoint& point, const RunInput& input) {
  const FloatPlan::Step& step = plan_.step(n);
  if (input.observer != nullptr || step.tape.noise) compute_companion(n, input);
  for (int64_t s = 0; s < samples(); ++s) {
    const AnalogEpilogue epilogue = epilogue_of(n, layer, s, point, input);
    const NoiseKey key{.seed = point.seed,
                       .step = point.step,
                       .layer = static_cast<uint16_t>(layer),
                       .sample = static_cast<uint32_t>(input.samples[s])};
    if (input.observer != nullptr) input.observer->analog(view_of(n, layer, s, point, epilogue, key, input));
    const int64_t offset = s * epilogue.map.size();
    float* sums = step.sums ? at(*step.sums) + s * epilogue.map.pixels : nullptr;
    run_epilogue(epilogue, key, at(step.product) + offset, at(step.value) + offset, sums);
  }
  if (input.observer != nullptr) show_values(n, input);
}

void FloatWorker::compute_companion(std::size_t n, const RunInput& input) {
  if (!plan_.step(n).companion) return;
  if (node(n).input == 0) companions_[n].set_src(input_value(node(n), input));
  companions_[n].run(stream_);
}

AnalogView FloatWorker::view_of(std::size_t n, int layer, int64_t s, const NoisePoint& point,
                                const AnalogEpilogue& epilogue, const NoiseKey& key,
                                const RunInput& input) const {
  const Node& from = input_of(node(n));
  const FloatPlan::Step& step = plan_.step(n);
  const bool plain = node(n).input == 0;
  const int64_t input_size = plain ? from.shape.channels * from.shape.pixels() : blocked_map(from).size();
  const float* product = at(step.product) + s * epilogue.map.size();
  AnalogView view{.layer = layer,
                  .sample = input.samples[s],
                  .input = input_value(node(n), input) + s * input_size,
                  .plain_input = plain,
                  .input_map = blocked_map(from),
                  .window = input.noise->layers[static_cast<std::size_t>(layer)].window(),
                  .pre_activation = product,
                  .epilogue = epilogue,
                  .key = key};
  if (step.companion) {
    view.pre_activation = at(step.companion_value) + s * epilogue.map.size();
    view.noisy_product = product;
    view.weight_gains = &(*point.gains)[static_cast<std::size_t>(layer)];
  }
  return view;
}

void FloatWorker::show_values(std::size_t n, const RunInput& input) const {
  const Node& node = this->node(n);
  const bool plain = n == 0;
  const BlockedMap map = blocked_map(node);
  const int64_t size = plain ? node.shape.channels * node.shape.pixels() : map.size();
  const float* values = plain && !plan_.step(0).quantizers.output ? input.images : at(plan_.step(n).value);
  for (int64_t s = 0; s < samples(); ++s) {
    input.observer->value({static_cast<int>(n), input.samples[s], values + s * size, plain, map});
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

void FloatWorker::run_subsample(const Node& node, std::size_t n, const SubsampleOp& op) const {
  const Node& from = input_of(node);
  const Subsample shortcut{blocked_map(from), blocked_map(node), from.shape.width,
                           node.shape.width,  op.stride,         op.channels_before};
  for (int64_t s = 0; s < samples(); ++s) {
    subsample(shortcut, value(node.input) + s * shortcut.in.size(),
              at(plan_.step(n).value) + s * shortcut.out.size());
  }
}

void FloatWorker::quantize_input(const Node& node, const Quantizer& quantizer, const RunInput& input) const {
  quantize_values(quantizer, samples() * node.shape.channels * node.shape.pixels(), input.images, value(0));
}

void FloatWorker::quantize_value(const Node& node, std::size_t n, const Quantizer& quantizer) const {
  float* values = at(plan_.step(n).value);
  const BlockedMap map = blocked_map(node);
  if (plan_.step(n).tape.passes) note_inside(node, n, quantizer);
  quantize_values(quantizer, samples() * map.size(), values, values);
  for (int64_t s = 0; s < samples(); ++s) clear_padding(map, values + s * map.size());
}

void FloatWorker::note_inside(const Node& node, std::size_t n, const Quantizer& quantizer) const {
  const BlockedMap map = blocked_map(node);
  mark_inside(quantizer, samples() * map.size(), at(plan_.step(n).value),
              bits(plan_.step(n).tape.passes, 0, map));
}

void FloatWorker::sum_squares_of(const Node& node, std::size_t n, const RunInput& input) const {
  float* sums = at(*plan_.step(n).sums);
  const int64_t pixels = node.shape.pixels();
  for (int64_t s = 0; s < samples(); ++s) {
    if (n == 0) {
      const float* images = plan_.step(0).quantizers.output ? value(0) : input.images;
      sum_squares_plain(node.shape.channels, pixels, images + s * node.shape.channels * pixels,
                        sums + s * pixels);
    } else {
      const BlockedMap map = blocked_map(node);
      sum_squares(map, at(plan_.step(n).value) + s * map.size(), sums + s * pixels);
    }
  }
}

void FloatWorker::copy_logits(float* logits) const {
  const Node& last = plan_.graph().nodes.back();
  const int64_t classes = plan_.graph().classes(), stride = blocked_map(last).size();
  const float* values = value(static_cast<int>(plan_.graph().nodes.size()) - 1);
  for (int64_t s = 0; s < samples(); ++s) std::copy_n(values + s * stride, classes, logits + s * classes);
}

}  // namespace dpac
