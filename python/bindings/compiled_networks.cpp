#include "python/bindings/compiled_networks.h"

#include <algorithm>
#include <bit>
#include <utility>

#include <omp.h>

namespace dpac::python {
namespace {

// Samples of a chunk times threads: beyond it a larger batch is computed in the same way.
constexpr int64_t kMostPerThread = 4;

/// So few that calls of nearly as many samples share a network.
int64_t bucket(int64_t samples, int threads) {
  const auto whole = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(samples)));
  return std::min(whole, kMostPerThread * threads);
}

bool alike(const NetworkOptions& a, const NetworkOptions& b) {
  return a.batch == b.batch && a.threads == b.threads && a.noise == b.noise &&
         a.keep_pre_activations == b.keep_pre_activations && a.arithmetic == b.arithmetic &&
         a.quantization.weight_bits == b.quantization.weight_bits &&
         a.quantization.activation_bits == b.quantization.activation_bits &&
         a.quantization.ranges == b.quantization.ranges;
}

}  // namespace

CompiledNetworks::CompiledNetworks(Graph graph, Poll poll)
    : graph_(std::move(graph)), poll_(std::move(poll)) {}

Network& CompiledNetworks::get(int64_t samples, const Setting& setting, Observed observed) {
  const int threads = setting.threads > 0 ? setting.threads : omp_get_max_threads();
  Entry& entry = compiled({.batch = bucket(samples, threads),
                           .threads = threads,
                           .noise = setting.noise.kind,
                           .keep_pre_activations = observed == Observed::yes,
                           .quantization = setting.quantization,
                           .arithmetic = setting.arithmetic,
                           .poll = poll_});
  const NoiseConfig& noise = setting.noise;
  const bool set = entry.noise && entry.noise->seed == noise.seed && same_but_seed(*entry.noise, noise);
  if (noise.kind != NoiseKind::none && !set) {
    entry.network.set_noise(noise);
    entry.noise = noise;
  }
  return entry.network;
}

CompiledNetworks::Entry& CompiledNetworks::compiled(const NetworkOptions& options) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return alike(entry.options, options); });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front();
  }
  while (entries_.size() >= kMost) entries_.pop_back();  // Before there is memory for one more.
  entries_.push_front({options, Network(graph_, options), std::nullopt});
  return entries_.front();
}

}  // namespace dpac::python
