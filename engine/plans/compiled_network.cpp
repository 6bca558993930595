#include "engine/plans/compiled_network.h"

#include <fmt/format.h>

#include "engine/graph/fuse.h"
#include "engine/graph/fused_graph.h"
#include "kernels/error.h"
#include "kernels/isa.h"

namespace dpac {

CompiledNetwork::CompiledNetwork(const Graph& graph, NoiseKind noise, const Quantization& quantization)
    : given_(graph),
      graph_(fuse(graph)),
      layers_(analog_layers(graph_)),
      ranges_(weight_ranges(graph_)),
      quantization_(quantization),
      quantizers_(node_quantizers(graph_, quantization)) {
  active_isa();  // A bad DPAC_FORCE_ISA is reported here, not from inside a parallel region.
  noise_.kind = noise;
  noise_.points.emplace_back();
}

void CompiledNetwork::wrap_floats(Storage storage) {
  if (quantization_.weight_bits) quantize_weights(graph_, *quantization_.weight_bits);
  weights_ = wrap_weights(graph_, storage);
}

void CompiledNetwork::make_noise(const std::function<BlockedMap(const FusedNode&)>& layout_of) {
  noise_.layers = layer_noises({graph_, layers_, ranges_, quantization_.ranges}, noise_.kind, layout_of);
}

void CompiledNetwork::check(const NoiseConfig& config, std::string_view verb) const {
  if (config.kind != noise_.kind) {
    throw Error(fmt::format("the network was compiled for noise '{}', and cannot {} with noise '{}'",
                            name(noise_.kind), verb, name(config.kind)));
  }
  check_noise(layers_, config);
}

}  // namespace dpac
