// Counts what operator new gives while a network runs: nothing of ours may be allocated then, and no
// primitive made. What oneDNN allocates inside its own execute is not ours: this program stands in for that
// function, and pauses the count in it.

#include <atomic>
#include <cstdlib>
#include <dlfcn.h>
#include <new>
#include <vector>

#include <doctest/doctest.h>
#include <oneapi/dnnl/dnnl.h>

#include "engine/network.h"
#include "engine/resnet.h"
#include "tests/support/networks.h"
#include "tests/support/random_values.h"

namespace {

std::atomic<long> allocations{0};
std::atomic<long> executions{0};
thread_local bool inside_onednn = false;

void* counted(std::size_t size) {
  if (!inside_onednn) ++allocations;
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
  inside_onednn = true;
  const dnnl_status_t status = execute(primitive, stream, count, args);
  inside_onednn = false;
  return status;
}

using namespace dpac;

TEST_CASE("the counter counts") {
  const long before = allocations;
  std::vector<int> grown(100);
  CHECK(allocations == before + 1);
  CHECK(grown.size() == 100);
}

TEST_CASE("running a network allocates nothing in our code") {
  test::RandomResNet shape;
  shape.width = 32;
  for (const auto noise : {NoiseKind::none, NoiseKind::shot}) {
    for (const int64_t batch : {1, 5}) {
      for (const int threads : {1, 2}) {
        CAPTURE(batch);
        CAPTURE(threads);
        Network network(build_resnet(test::random_resnet(shape), Shape{28, 28}),
                        {.batch = batch, .threads = threads, .noise = noise});
        if (noise == NoiseKind::shot) network.set_noise({noise, uniform_energies(network.layers(), 10), 1});
        const auto n = static_cast<std::size_t>(batch);
        const auto images = test::random_values(n * 3 * 28 * 28, 1);
        const std::vector<int64_t> samples(n, 7);
        std::vector<float> logits(n * 10);
        network.run(images, samples, logits);  // OpenMP starts its threads.
        const long before = allocations, executed = executions;
        network.run(images, samples, logits);
        network.run(images, samples, logits);
        const long during = allocations - before;
        CHECK(during == 0);
        CHECK(executions > executed);
      }
    }
  }
}
