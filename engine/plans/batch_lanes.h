/// @file
/// Runs batches: images in chunks, sequences in packs, each chunk or pack by a thread of its own.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/inputs.h"
#include "engine/plans/lanes.h"
#include "engine/plans/packing.h"
#include "engine/plans/plan_lanes.h"
#include "engine/thread_scope.h"

namespace dpac {

/// Samples that run together, as a part of a batch.
struct BatchPart {
  int64_t first = 0;  ///< Of images, the first one's place in the batch; sequences know their own.
  int64_t count = 0;
  const float* images = nullptr;
  const int64_t* samples = nullptr;  ///< Of images: indices in the data set.
  std::span<const PlacedSequence> sequences = {};

  /// Where in the batch sample s of the part is.
  [[nodiscard]] int64_t position(int64_t s) const {
    return sequences.empty() ? first + s : sequences[static_cast<std::size_t>(s)].position;
  }
};

/// `Plans` as PlanLanes has them.
template <class Plans>
class BatchLanes {
 public:
  /// The graph must outlive it.
  BatchLanes(const FusedGraph& graph, const Spread& spread, typename PlanLanes<Plans>::Make make)
      : graph_(graph), spread_(spread), lanes_(spread.lanes, std::move(make)) {}

  /// Makes the plans for images. Those for text are made when first needed.
  void prepare() {
    const std::array capacities = {many(), one()};
    if (!graph_.reads_text()) lanes_.prepare(capacities);
  }

  /// Calls task(workers, part) for all of the samples, in several threads. Before that, when all plans are
  /// there, before(plans, made): one of them, and whether any is new.
  template <class Before, class Task>
  void run(const Inputs& inputs, std::span<const int64_t> samples, const Before& before, const Task& task) {
    if (samples.empty()) return;
    const ThreadScope scope(spread_.lanes == 1 ? spread_.threads_per_lane : spread_.lanes);
    graph_.reads_text() ? run_packs(inputs, samples, before, task)
                        : run_chunks(inputs, samples, before, task);
  }

 private:
  [[nodiscard]] Capacity many() const { return {.samples = spread_.together}; }
  [[nodiscard]] static Capacity one() { return {.samples = 1}; }

  template <class Before, class Task>
  void run_chunks(const Inputs& inputs, std::span<const int64_t> samples, const Before& before,
                  const Task& task) {
    before(lanes_.plans(many()), false);
    const int64_t image = graph_.input().channels * graph_.input().pixels();
    const Chunks chunks(static_cast<int64_t>(samples.size()), spread_.together);
    run_tasks(spread_.lanes, chunks.tasks(), [&](int lane, int64_t t) {
      const int64_t first = chunks.first(t);
      const Capacity capacity = chunks.whole(t) ? many() : one();
      task(lanes_.workers(lane, capacity), BatchPart{.first = first,
                                                     .count = capacity.samples,
                                                     .images = inputs.images.data() + first * image,
                                                     .samples = samples.data() + first});
    });
  }

  template <class Before, class Task>
  void run_packs(const Inputs& inputs, std::span<const int64_t> samples, const Before& before,
                 const Task& task) {
    const std::vector<Pack> packs = pack_sequences(inputs.sequences, samples, spread_.lanes);
    const bool made = lanes_.prepare(capacities_of(packs));
    before(lanes_.plans(packs.front().capacity), made);
    run_tasks(spread_.lanes, static_cast<int64_t>(packs.size()), [&](int lane, int64_t t) {
      const Pack& pack = packs[static_cast<std::size_t>(t)];
      task(lanes_.workers(lane, pack.capacity),
           BatchPart{.count = static_cast<int64_t>(pack.sequences.size()), .sequences = pack.sequences});
    });
  }

  const FusedGraph& graph_;
  Spread spread_;
  PlanLanes<Plans> lanes_;
};

}  // namespace dpac
