#include "engine/plans/integer/integer_plan.h"

#include <algorithm>
#include <numeric>

#include "engine/noise/layer_noise.h"
#include "engine/ops/digital_ops.h"
#include "engine/plans/integer/integer_values.h"
#include "engine/plans/integer/integer_worker.h"
#include "engine/plans/memory_plan.h"
#include "kernels/elementwise.h"

namespace dpac {
namespace {

/// A byte of the operation's own grid -> of that behind the activation.
ByteTable activation_table(Activation activation, const Quantizer& before, const Quantizer& after) {
  constexpr int64_t kBytes = 256;
  ByteTable bytes;
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  std::array<float, kBytes> values;
  const BlockedMap column{kChannelGroup, kBytes / kChannelGroup, kChannelGroup};
  values_of_codes({kChannelGroup, column.pixels}, before, bytes.data(), column, values.data());
  activate_values({.function = activation}, kBytes, values.data(), values.data(), nullptr);
  quantize_input({1, kBytes}, after, values.data(), bytes.data());
  return bytes;
}

/// Sums are [groups][pixels].
std::vector<int32_t> group_places(const FusedNode& node) {
  std::vector<int32_t> places(static_cast<std::size_t>(code_channels(node)), 0);
  const int64_t own = node.shape().channels / groups_of(node);
  for (int64_t c = 0; c < node.shape().channels; ++c) {
    places[static_cast<std::size_t>(c)] = static_cast<int32_t>(c / own * node.shape().pixels());
  }
  return places;
}

}  // namespace

IntegerPlan::IntegerPlan(const FusedGraph& graph, const std::vector<NodeIntegerWeights>& weights,
                         const std::vector<NodeQuantizers>& quantizers, const IntegerPlanOptions& options)
    : graph_(graph),
      weights_(weights),
      quantizers_(quantizers),
      options_(options),
      steps_(graph.nodes.size()) {
  const std::vector<Quantizer> values = value_quantizers(graph, quantizers);
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    steps_[n].quantizer = values[n];
    make_step(n);
  }
  place_values();
}

void IntegerPlan::make_step(std::size_t n) {
  const FusedNode& node = graph_.nodes[n];
  Step& step = steps_[n];
  if (is_analog(node)) {
    if (is_smooth(node.activation))
      step.table = activation_table(node.activation, *quantizers_[n].output, step.quantizer);
    make_product(n);
  } else if (is_digital(node) && has_integers(node)) {
    step.digital = IntegerMaps{{}, value(n), options_.samples};
    for (const int from : node.inputs) step.digital->in.push_back(value(static_cast<std::size_t>(from)));
    step.primitive = compile_digital_integer(node, *step.digital, {options_.threads});
  } else if (is_digital(node)) {
    step.floats = DigitalMaps{{}, float_map(n)};
    for (const int from : node.inputs) step.floats->in.push_back(float_map(static_cast<std::size_t>(from)));
  }
  size_.scratchpad = std::max(size_.scratchpad, step.primitive.scratchpad_size());
  size_.norms = std::max(size_.norms, static_cast<std::size_t>(scratch_of(n)));
}

RunMaps IntegerPlan::float_map(std::size_t n) const {
  return {graph_.nodes[n].shape(), onednn::channel_block()};
}

int64_t IntegerPlan::scratch_of(std::size_t n) const {
  const FusedNode& node = graph_.nodes[n];
  if (const auto& floats = steps_[n].floats) {
    int64_t size = floats->out.size();
    for (const RunMaps& in : floats->in) size += in.size();
    return size;
  }
  if (!is_analog(node)) return 0;
  const int64_t norms = groups_of(node) * node.shape().pixels();
  return options_.patch_norms ? 2 * patch_scratch(n) + norms : patch_scratch(n);
}

int64_t IntegerPlan::patch_scratch(std::size_t n) const {
  const FusedNode& node = graph_.nodes[n];
  const MapShape &in = input_shape(graph_, node), &out = node.shape();
  return groups_of(node) * (in.pixels() + out.pixels()) + in.height * out.width;
}

IntegerValue IntegerPlan::value(std::size_t n) const {
  return {graph_.nodes[n].shape(), integer_map(graph_.nodes[n]), steps_[n].quantizer};
}

void IntegerPlan::make_product(std::size_t n) {
  const FusedNode& node = graph_.nodes[n];
  const auto from = static_cast<std::size_t>(node.input());
  Step& step = steps_[n];
  const Quantizer& input = steps_[from].quantizer;
  for (const float scale : weights_[n].scales) step.alpha.push_back(input.scale * scale);
  if (groups_of(node) > 1) step.group_places = group_places(node);
  if (weights_[n].is_depthwise()) {
    step.depthwise = DepthwiseProduct{.window = patch_window(graph_, node),
                                      .channels = code_channels(node),
                                      .low = static_cast<int32_t>(input.low),
                                      .weights = weights_[n].depthwise.data()};
    return;
  }
  onednn::ConvolutionSpec spec;
  spec.name = node.name;
  spec.batch = options_.samples;
  spec.in = input_shape(graph_, node);
  spec.in.channels = code_channels(graph_.nodes[from]);
  spec.out = node.shape();
  spec.out.channels = code_channels(node);
  spec.groups = weights_[n].groups;
  spec.geometry = product_of(node).geometry;
  step.primitive = onednn::make_integer_convolution(spec, -static_cast<int32_t>(input.low),
                                                    *weights_[n].packed, options_.threads);
}

bool IntegerPlan::reads_pixel_sums(std::size_t n) const {
  return is_analog(graph_.nodes[n]) && groups_of(graph_.nodes[n]) == 1;
}

void IntegerPlan::place_values() {
  constexpr int64_t kCodesPerFloat = sizeof(float);
  struct Place {
    std::size_t value = 0, acc = 0;
    std::optional<std::size_t> sums, squares;
  };
  std::vector<Place> places(steps_.size());
  LifetimeTable table(static_cast<int>(first_analog(graph_)), static_cast<int>(steps_.size()) - 1);
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    const FusedNode& node = graph_.nodes[n];
    const int now = static_cast<int>(n);
    for (const int read : node.inputs) table.use(places[static_cast<std::size_t>(read)].value, now);
    if (node.residual != kNone) table.use(places[static_cast<std::size_t>(node.residual)].value, now);
    const int64_t size = options_.samples * integer_map(node).size();
    places[n].value = table.add((size + kCodesPerFloat - 1) / kCodesPerFloat, now);
    if (!is_analog(node)) continue;
    places[n].acc = table.add(size, now);
    table.use(places[n].acc, now);
    if (!reads_pixel_sums(n)) continue;
    Place& from = places[static_cast<std::size_t>(node.input())];
    const int64_t pixels = options_.samples * input_shape(graph_, node).pixels();
    if (!from.sums) from.sums = table.add(pixels, node.input());
    table.use(*from.sums, now);
    if (!options_.patch_norms) continue;
    if (!from.squares) from.squares = table.add(pixels, node.input());
    table.use(*from.squares, now);
  }
  const MemoryPlan memory = plan_memory(table.lifetimes());
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    steps_[n].value = memory.offsets[places[n].value];
    steps_[n].acc = memory.offsets[places[n].acc];
    if (places[n].sums) steps_[n].sums = memory.offsets[*places[n].sums];
    if (places[n].squares) steps_[n].squares = memory.offsets[*places[n].squares];
  }
  size_.arena = memory.size;
}

std::unique_ptr<Worker> IntegerPlan::make_worker(const Workspace& workspace) const {
  return std::make_unique<IntegerWorker>(*this, workspace);
}

}  // namespace dpac
