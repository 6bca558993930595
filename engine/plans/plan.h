/// @file
/// A graph compiled for a fixed number of samples, and what runs it. There are two kinds: in float32
/// (engine/plans/float/float_plan.h) and in exact 8-bit integers (engine/plans/integer/integer_plan.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/graph/fused_graph.h"
#include "engine/noise/noise_state.h"
#include "engine/observer.h"
#include "engine/poll.h"
#include "engine/tensor.h"
#include "engine/tokens.h"

namespace dpac {

/// What a plan has room for: images, or sequences and their tokens together.
struct Capacity {
  int64_t samples = 0;
  int64_t tokens = 0;  ///< Of text.
  auto operator<=>(const Capacity&) const = default;
};

/// What a plan needs to run. Sizes are in floats.
struct WorkspaceSize {
  std::size_t arena = 0;       ///< Values of the nodes.
  std::size_t scratchpad = 0;  ///< oneDNN's.
  std::size_t norms = 0;       ///< Norms of the patches of one sample of one operation.
  std::size_t tape = 0;        ///< What a backward reads.
  std::size_t heads = 0;       ///< Buffers of attention heads, one per thread.
  bool operator==(const WorkspaceSize&) const = default;
};

/// Memory a worker computes in. Several workers that never run at once may share it.
class Workspace {
 public:
  explicit Workspace(const WorkspaceSize& size);

  [[nodiscard]] float* arena() const { return arena_; }
  [[nodiscard]] float* scratchpad() const { return scratchpad_; }
  [[nodiscard]] float* norms() const { return norms_; }
  [[nodiscard]] float* tape() const { return tape_; }
  [[nodiscard]] float* heads() const { return heads_; }

 private:
  AlignedFloats memory_;
  float *arena_, *scratchpad_, *norms_, *tape_, *heads_;
};

/// What a run reads.
struct RunInput {
  const float* images = nullptr;     ///< [samples of the plan, C, H, W].
  const int64_t* samples = nullptr;  ///< Indices in the data set.
  std::span<const PlacedSequence> sequences =
      {};  ///< Instead of images and samples, of a network that reads text.
  const NoiseState* noise = nullptr;
  std::span<const NoisePoint> points;  ///< Of the noise state: those to run.
  Observer* observer = nullptr;        ///< Or null.
  const Poll* poll = nullptr;          ///< The same.
};

/// Calls it, if there is one.
inline void call(const Poll* poll) {
  if (poll != nullptr && *poll) (*poll)();
}

/// Where logits go: [points][samples][classes].
struct LogitsOutput {
  float* logits = nullptr;       ///< Of the first point and this run's first sample, or position 0.
  std::size_t point_stride = 0;  ///< Floats from one point to the next.
};

/// A plan bound to a workspace.
class Worker {
 public:
  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  virtual ~Worker() = default;

  /// Runs the plan's samples under every one of the points. What comes before the first noise is computed
  /// once. Allocates nothing.
  virtual void run(const RunInput& input, const LogitsOutput& output) = 0;
};

/// Immutable and shared by the workers that run it.
class Plan {
 public:
  Plan() = default;
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  virtual ~Plan() = default;

  [[nodiscard]] virtual WorkspaceSize workspace_size() const = 0;

  /// Plan and workspace must outlive it.
  [[nodiscard]] virtual std::unique_ptr<Worker> make_worker(const Workspace& workspace) const = 0;
};

/// Values for the norms or sums of the patches of any one operation, and for what so many threads sum them up
/// in.
std::size_t patch_scratch_size(const FusedGraph& graph, int threads);

/// The larger of each.
WorkspaceSize join(const WorkspaceSize& a, const WorkspaceSize& b);

/// Part t of `parts` of a list, all parts about as long.
template <class T>
std::span<const T> share(std::span<const T> list, int part, int parts) {
  const std::size_t begin = list.size() * static_cast<std::size_t>(part) / static_cast<std::size_t>(parts);
  const std::size_t end = list.size() * static_cast<std::size_t>(part + 1) / static_cast<std::size_t>(parts);
  return list.subspan(begin, end - begin);
}

}  // namespace dpac
