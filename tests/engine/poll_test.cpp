// Who polls a run can leave it, from any of its threads, and run again.

#include "engine/poll.h"

#include <algorithm>
#include <atomic>

#include <doctest/doctest.h>

#include "engine/graph/fused_graph.h"
#include "tests/support/bert_runs.h"

using namespace dpac;
using namespace dpac::test;

namespace {

struct Left {};

/// Throws at its call of that number.
struct CallLimit {
  std::atomic<int> calls = 0, last = 0;

  Poll poll() {
    return [this] {
      if (++calls == last) throw Left{};
    };
  }
};

/// Runs once without a limit, then leaves the run at each of a few of its calls, and runs again.
template <class Make, class Run>
void check_leaving(const Make& make, const Run& run) {
  CallLimit limit;
  Network whole = make(limit.poll());
  const std::vector<float> logits = run(whole);
  const int calls = limit.calls;
  for (const int last : {1, calls / 3, calls - 1}) {
    CAPTURE(last);
    limit.calls = 0;
    limit.last = last;
    bool left = false;
    try {
      Network network = make(limit.poll());  // Some plans are made here.
      try {
        run(network);
      } catch (const Left&) {
        left = true;
      }
      CHECK(left);
      CHECK(run(network) == logits);
    } catch (const Left&) {
      left = true;
    }
    CHECK(left);
  }
}

}  // namespace

TEST_CASE("a run of images is left between two operations, and can be run again") {
  const Graph graph = build(network_cases().front());
  constexpr int64_t kImages = 9;
  const auto images = images_for(graph, kImages);
  const auto samples = indices(kImages, 28);  // Two draws of weights.
  for (const NoiseCase& model : noise_cases()) {
    CAPTURE(std::string(model.what));
    const Ranges ranges(calibrated_tensors(graph).size(), {-4, 4});
    for (const int threads : {1, 3}) {
      CAPTURE(threads);
      check_leaving(
          [&](Poll poll) {
            NetworkOptions options = options_of(model, ranges, kImages, threads);
            options.poll = std::move(poll);
            Network network(graph, options);
            network.set_noise(noise_of(model, network.layers()));
            return network;
          },
          [&](Network& network) { return run(network, images, samples); });
    }
  }
}

TEST_CASE("a run of text is left between two operations, and can be run again") {
  const RandomBert shape;
  constexpr int64_t kTexts = 20;
  const RandomSequences sequences = mixed_sequences(shape, kTexts, shape.positions);
  const auto samples = indices(kTexts, 20);
  const Ranges ranges = bert_ranges(shape, sequences);
  for (const NoiseCase& model : noise_cases()) {
    CAPTURE(std::string(model.what));
    check_leaving(
        [&](Poll poll) {
          NetworkOptions options = options_of(model, ranges, kTexts, 2);
          options.poll = std::move(poll);
          Network network(build(shape), options);
          network.set_noise(noise_of(model, network.layers()));
          return network;
        },
        [&](Network& network) { return run(network, sequences.all(), samples); });
  }
}

TEST_CASE("a run is polled more often than it has operations") {
  CallLimit limit;
  const Graph graph = build(network_cases().front());
  Network network(graph, {.batch = 1, .poll = limit.poll()});
  const int compiled = limit.calls;
  run(network, images_for(graph, 2), indices(2));
  CHECK(limit.calls - compiled >= 2 * static_cast<int>(network.fused_graph().nodes.size() - 1));
}
