// Counts what operator new gives while a network runs: nothing of ours may be allocated then, and no
// primitive made. What oneDNN allocates inside its own execute is not ours: this program stands in for that
// function, and pauses the count in it.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <dlfcn.h>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <oneapi/dnnl/dnnl.h>

#include "engine/network.h"
#include "engine/networks/resnet.h"
#include "tests/support/networks.h"
#include "tests/support/random_values.h"

namespace {

std::atomic<long> allocations{0};
std::atomic<long> executions{0};
std::atomic<int> inside_onednn{0};  // Of all threads: oneDNN's own work for it.

void* counted(std::size_t size) {
  if (inside_onednn == 0) ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
// std::stable_sort() asks for memory by this one, and gives it back by those below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  if (inside_onednn == 0) ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* p) noexcept {
  std::free(p);
}
void operator delete[](void* p) noexcept {
  std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}
void operator delete[](void* p, std::size_t) noexcept {
  std::free(p);
}

extern "C" dnnl_status_t dnnl_primitive_execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream,
                                                int count, const dnnl_exec_arg_t* args) {
  static const auto execute =
      reinterpret_cast<decltype(&dnnl_primitive_execute)>(dlsym(RTLD_NEXT, "dnnl_primitive_execute"));
  ++executions;
  ++inside_onednn;
  const dnnl_status_t status = execute(primitive, stream, count, args);
  --inside_onednn;
  return status;
}

using namespace dpac;

TEST_CASE("the counter counts") {
  const long before = allocations;
  std::vector<int> grown(100);
  CHECK(allocations == before + 1);
  CHECK(grown.size() == 100);
}

namespace {

/// A network with its noise set to `seeds` configurations; of ranges, any will do.
Network noisy_network(NetworkOptions options, std::size_t seeds) {
  test::RandomResNet shape;
  shape.width = 32;
  Graph graph = build_resnet(test::random_resnet(shape), {.input_size = Shape{28, 28}});
  options.quantization.ranges.assign(quantized_tensors(graph).size(), {0.0f, 4.0f});
  Network network(std::move(graph), options);
  std::vector<NoiseConfig> configs;
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    configs.push_back({options.noise, uniform_energies(network.layers(), 10), seed});
  }
  network.set_noise(configs);
  return network;
}

/// Allocations of ours during runs of all configurations on ever new samples.
long allocations_of(Network& network, int64_t batch, std::size_t seeds) {
  const auto n = static_cast<std::size_t>(batch);
  const auto images = test::random_values(n * 3 * 28 * 28, 1);
  std::vector<int64_t> samples(n, 7);
  std::vector<float> logits(seeds * n * 10);
  network.run(images, samples, logits);  // OpenMP starts its threads.
  const long before = allocations, executed = executions;
  for (const int64_t sample : {100, 200}) {
    std::fill(samples.begin(), samples.end(), sample);
    network.run(images, samples, logits);
  }
  CHECK(executions > executed);
  return allocations - before;
}

}  // namespace

TEST_CASE("running a network allocates nothing in our code") {
  for (const NoiseKind noise : {NoiseKind::none, NoiseKind::shot, NoiseKind::thermal, NoiseKind::weight}) {
    for (const auto bits : {std::optional<double>(), std::optional<double>(8)}) {
      for (const auto& [batch, threads] :
           std::vector<std::pair<int64_t, int>>{{1, 1}, {1, 2}, {5, 1}, {5, 2}}) {
        CAPTURE(name(noise));
        CAPTURE(bits.has_value());
        CAPTURE(batch);
        CAPTURE(threads);
        const Ranges ranges(12, {0.0f, 4.0f});
        Network network = noisy_network(
            {.batch = batch, .threads = threads, .noise = noise, .quantization = {bits, bits, ranges, {}}},
            2);
        CHECK(allocations_of(network, batch, 2) == 0);
      }
    }
  }
}
