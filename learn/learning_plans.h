/// @file
/// Forward and backward of a network, compiled for a number of samples, and what runs them.
#pragma once

#include <memory>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/noise/quantizers.h"
#include "engine/plans/float/float_plan.h"
#include "learn/backward_plan.h"
#include "learn/backward_worker.h"

namespace dpac {

/// In the terms of PlanLanes.
struct LearningPlans {
  /// What plans are made of; all of it must outlive them.
  struct Parts {
    const FusedGraph& graph;
    const std::vector<NodeWeights>& forward_weights;
    const std::vector<NodeWeights>& noise_weights;  ///< Empty but for weight noise.
    const BackwardWeights& backward_weights;
    const std::vector<NodeQuantizers>& quantizers;
    bool patch_norms;  ///< Shot noise.
  };

  /// Sizes of the memories of forward and backward.
  struct Size {
    WorkspaceSize forward, backward;
    bool operator==(const Size&) const = default;
  };

  struct Space {
    explicit Space(const Size& size) : forward(size.forward), backward(size.backward) {}
    Workspace forward, backward;
  };

  struct Workers {
    Workers(const LearningPlans& plans, const Space& space)
        : forward(plans.forward.make_worker(space.forward)),
          backward(plans.backward, space.forward, space.backward) {}

    std::unique_ptr<Worker> forward;
    BackwardWorker backward;
  };

  LearningPlans(const Parts& parts, const Capacity& capacity);

  [[nodiscard]] Size size() const { return {forward.workspace_size(), backward.workspace_size()}; }

  FloatPlan forward;
  BackwardPlan backward;
};

/// The larger of each.
LearningPlans::Size join(const LearningPlans::Size& a, const LearningPlans::Size& b);

}  // namespace dpac
