#include "engine/trace/trace_recorder.h"

#include <algorithm>

#include "engine/graph/fused_graph.h"

namespace dpac {
namespace {

constexpr int64_t kBudget = 64 * 1024 * 1024;  // Floats: 256 MB.

std::size_t floats_per_sample(const Network& network, std::size_t layer, int64_t tokens) {
  const int node = network.layers()[layer].node;
  return input_layout(network.fused_graph(), node, tokens).size() +
         3 * output_layout(network.fused_graph(), node, tokens).size();
}

/// Sample `i`'s part of a buffer.
std::span<float> part(std::vector<float>& values, const TraceLayout& layout, std::size_t i) {
  return std::span(values).subspan(i * layout.size(), layout.size());
}

/// Of `samples` samples.
Shape array_shape(const TraceLayout& layout, std::size_t samples) {
  Shape shape{static_cast<int64_t>(samples)};
  shape.insert(shape.end(), layout.shape.begin(), layout.shape.end());
  return shape;
}

std::vector<float> plain_buffer(const BlockedMap& map) {
  return std::vector<float>(static_cast<std::size_t>(map.channels * map.pixels));
}

}  // namespace

std::vector<std::vector<std::size_t>> groups_of(const Network& network,
                                                const std::vector<std::size_t>& layers, int64_t samples,
                                                int64_t tokens) {
  std::vector<std::vector<std::size_t>> groups;
  int64_t used = 0;
  for (const std::size_t layer : layers) {
    const int64_t needed = samples * static_cast<int64_t>(floats_per_sample(network, layer, tokens));
    if (groups.empty() || used + needed > kBudget) {
      groups.emplace_back();
      used = 0;
    }
    groups.back().push_back(layer);
    used += needed;
  }
  return groups;
}

TraceRecorder::TraceRecorder(const Network& network, std::span<const std::size_t> layers,
                             std::span<const int64_t> samples, int64_t tokens)
    : samples_(samples.size()) {
  for (std::size_t i = 0; i < samples.size(); ++i) position_[samples[i]] = i;
  for (const std::size_t layer : layers) {
    const AnalogLayer& about = network.layers()[layer];
    Record& record = records_[static_cast<int>(layer)];
    record.name = about.name;
    record.input_layout = input_layout(network.fused_graph(), about.node, tokens);
    record.output_layout = output_layout(network.fused_graph(), about.node, tokens);
    record.input.resize(samples.size() * record.input_layout.size());
    for (auto* values : {&record.pre, &record.sigma, &record.noisy}) {
      values->resize(samples.size() * record.output_layout.size());
    }
  }
}

void TraceRecorder::analog(const AnalogView& view) {
  const auto found = records_.find(view.layer);
  if (found == records_.end()) return;
  Record& record = found->second;
  const std::size_t i = position_.at(view.sample);
  const std::span<float> input = part(record.input, record.input_layout, i);
  if (view.plain_input) {
    std::copy_n(view.input, input.size(), input.begin());
  } else {
    std::vector<float> plain = plain_buffer(view.input_map);
    to_plain(view.input_map, view.input, plain);
    place(record.input_layout, view.input_map, plain, input);
  }
  const BlockedMap& map = view.epilogue.map;
  std::vector<float> plain = plain_buffer(map);
  const auto keep = [&](std::vector<float>& values) {
    place(record.output_layout, map, plain, part(values, record.output_layout, i));
  };
  to_plain(map, view.pre_activation, plain);
  keep(record.pre);
  sigma_of(view, plain);
  keep(record.sigma);
  noisy_of(view, plain);
  keep(record.noisy);
}

void TraceRecorder::visit(const Visitor& visitor) {
  for (auto& [layer, record] : records_) {
    const Shape input = array_shape(record.input_layout, samples_);
    const Shape output = array_shape(record.output_layout, samples_);
    visitor(record.name + "/input", input, record.input);
    visitor(record.name + "/pre", output, record.pre);
    visitor(record.name + "/sigma", output, record.sigma);
    visitor(record.name + "/noisy", output, record.noisy);
  }
}

}  // namespace dpac
