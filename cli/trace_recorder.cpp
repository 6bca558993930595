#include "cli/trace_recorder.h"

#include <algorithm>

namespace dpac::cli {
namespace {

constexpr int64_t kBudget = 64 * 1024 * 1024;  // Floats: 256 MB.

const Node& node_of(const Network& network, std::size_t layer) {
  return network.graph().nodes[static_cast<std::size_t>(network.layers()[layer].node)];
}

const MapShape& input_shape(const Network& network, std::size_t layer) {
  return network.graph().nodes[static_cast<std::size_t>(node_of(network, layer).input)].shape;
}

int64_t floats_per_sample(const Network& network, std::size_t layer) {
  const MapShape &input = input_shape(network, layer), &output = node_of(network, layer).shape;
  return input.channels * input.pixels() + 3 * output.channels * output.pixels();
}

Shape dataset_shape(const Node& node, const MapShape& map, std::size_t samples) {
  const auto n = static_cast<int64_t>(samples);
  if (std::holds_alternative<LinearOp>(node.op)) return {n, map.channels * map.pixels()};
  return {n, map.channels, map.height, map.width};
}

/// Sample `i`'s part of a buffer of `shape`.
std::span<float> part(std::vector<float>& values, const Shape& shape, std::size_t i) {
  const std::size_t size = values.size() / static_cast<std::size_t>(shape[0]);
  return std::span(values).subspan(i * size, size);
}

}  // namespace

std::vector<std::vector<std::size_t>> groups_of(const Network& network,
                                                const std::vector<std::size_t>& layers, int64_t samples) {
  std::vector<std::vector<std::size_t>> groups;
  int64_t used = 0;
  for (const std::size_t layer : layers) {
    const int64_t needed = samples * floats_per_sample(network, layer);
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
                             std::span<const int64_t> samples) {
  for (std::size_t i = 0; i < samples.size(); ++i) position_[samples[i]] = i;
  for (const std::size_t layer : layers) {
    const Node& node = node_of(network, layer);
    Record& record = records_[static_cast<int>(layer)];
    record.name = node.name;
    record.input_shape = dataset_shape(node, input_shape(network, layer), samples.size());
    record.output_shape = dataset_shape(node, node.shape, samples.size());
    record.input.resize(static_cast<std::size_t>(element_count(record.input_shape)));
    for (auto* values : {&record.pre, &record.sigma, &record.noisy}) {
      values->resize(static_cast<std::size_t>(element_count(record.output_shape)));
    }
  }
}

void TraceRecorder::analog(const AnalogView& view) {
  const auto found = records_.find(view.layer);
  if (found == records_.end()) return;
  Record& record = found->second;
  const std::size_t i = position_.at(view.sample);
  const std::span<float> input = part(record.input, record.input_shape, i);
  if (view.plain_input) {
    std::copy_n(view.input, input.size(), input.begin());
  } else {
    to_plain(view.input_map, view.input, input);
  }
  to_plain(view.epilogue.map, view.pre_activation, part(record.pre, record.output_shape, i));
  sigma_of(view, part(record.sigma, record.output_shape, i));
  noisy_of(view, part(record.noisy, record.output_shape, i));
}

void TraceRecorder::write(Hdf5Writer& file) const {
  for (const auto& [layer, record] : records_) {
    file.write_floats(record.name + "/input", record.input_shape, record.input);
    file.write_floats(record.name + "/pre", record.output_shape, record.pre);
    file.write_floats(record.name + "/sigma", record.output_shape, record.sigma);
    file.write_floats(record.name + "/noisy", record.output_shape, record.noisy);
  }
}

}  // namespace dpac::cli
